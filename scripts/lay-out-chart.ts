import elk from 'elkjs/lib/elk.bundled.js';
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import {
  type Box,
  type ChartLayout,
  type Line,
  labelLines,
  lineKey,
  type PanelLayout,
  SIZES,
} from '../src/chart/layout.ts';
import type { Panel, PanelNode } from '../src/chart/panels.ts';
import { textWidth } from '../src/chart/text-width.ts';

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
  'elk.randomSeed': '1',
  'elk.spacing.nodeNode': '20',
  'elk.spacing.edgeEdge': '10',
  'elk.spacing.edgeNode': '12',
  'elk.spacing.edgeLabel': '3',
  'elk.layered.spacing.nodeNodeBetweenLayers': '22',
  'elk.layered.spacing.edgeNodeBetweenLayers': '12',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '8',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.thoroughness': '80',
};
const { padding, title } = SIZES;
const PADDING = `[top=${title + 8},left=${padding},bottom=${padding},right=${padding}]`;
const GAP = 20;

/** Lays the panels out with ELK, and sets them beside each other. The same panels give the same layout. */
export async function layOut(panels: readonly Panel[]): Promise<ChartLayout> {
  return arrange(await Promise.all(panels.map(layOutPanel)));
}

async function layOutPanel(panel: Panel): Promise<PanelLayout> {
  const root = await new elk.default().layout({
    id: 'root',
    layoutOptions: { ...OPTIONS, 'elk.direction': 'DOWN', 'elk.padding': PADDING },
    children: childrenOf(panel, null),
    edges: panel.lines.map(
      (line): ElkExtendedEdge => ({
        id: lineKey(line),
        sources: [line.source],
        targets: [line.target],
        labels: line.labels.length === 0 ? [] : [labelOf(labelLines(line.labels))],
      }),
    ),
  });
  return read(root);
}

const childrenOf = (panel: Panel, parent: string | null): ElkNode[] =>
  panel.nodes.filter((node) => node.parent === parent).map((node) => nodeOf(panel, node));

function nodeOf(panel: Panel, { key, kind, text, details = [] }: PanelNode): ElkNode {
  const width = textWidth(text, SIZES.name) + 2 * padding;
  switch (kind) {
    case 'dot':
      return { id: key, width: SIZES.dot, height: SIZES.dot };
    case 'sign':
      return { id: key, width: textWidth(text, SIZES.label + 1) + 2 * padding, height: SIZES.sign };
    case 'compound':
      return {
        id: key,
        layoutOptions: {
          'elk.padding': PADDING,
          'elk.nodeSize.constraints': 'MINIMUM_SIZE',
          'elk.nodeSize.minimum': `(${width},40)`,
        },
        children: childrenOf(panel, key),
      };
    case 'unit':
      return {
        id: key,
        width: Math.max(width, ...details.map((line) => textWidth(line, SIZES.label) + 2 * padding)),
        height: SIZES.state + details.length * SIZES.detail + (details.length > 0 ? 4 : 0),
      };
    default:
      return { id: key, width, height: SIZES.state };
  }
}

const labelOf = (lines: string[]) => ({
  text: lines.join('\n'),
  width: Math.max(...lines.map((line) => textWidth(line, SIZES.label))),
  height: lines.length * SIZES.labelLine,
});

function read(root: ElkNode): PanelLayout {
  const boxes: Record<string, Box> = {};
  const collect = (node: ElkNode) => {
    for (const child of node.children ?? []) {
      boxes[child.id] = boxOf(child);
      collect(child);
    }
  };
  collect(root);
  const lines: Record<string, Line> = {};
  for (const { id, sections, labels } of root.edges ?? []) {
    const points = (sections ?? []).flatMap(({ startPoint, bendPoints, endPoint }) => [
      startPoint,
      ...(bendPoints ?? []),
      endPoint,
    ]);
    const [label] = labels ?? [];
    lines[id] = {
      points: points.map(({ x, y }) => [rounded(x), rounded(y)]),
      label: label === undefined ? null : boxOf(label),
    };
  }
  return {
    ...boxOf(root),
    width: Math.ceil(root.width ?? 0),
    height: Math.ceil(root.height ?? 0),
    boxes,
    lines,
  };
}

/** The first panel above, the others in two rows below it, shared out so that the whole takes the least room. */
function arrange([overview, ...others]: PanelLayout[]): ChartLayout {
  if (overview === undefined) return { width: 0, height: 0, panels: [] };
  const ways = Array.from({ length: 2 ** Math.max(0, others.length - 1) }, (_, way) => {
    const isLower = (index: number) => index > 0 && ((way >> (index - 1)) & 1) === 1;
    return [
      [overview],
      others.filter((_, index) => !isLower(index)),
      others.filter((_, index) => isLower(index)),
    ];
  });
  const roomOf = (rows: PanelLayout[][]) => Math.max(...rows.map(widthOf)) * sum(rows.map(heightOf));
  return inRows(
    ways.reduce((one, other) => (roomOf(other) < roomOf(one) ? other : one)).filter((row) => row.length > 0),
    [overview, ...others],
  );
}

/** Sets the rows below each other, each stretched to the whole width. */
function inRows(rows: PanelLayout[][], order: PanelLayout[]): ChartLayout {
  const width = Math.max(...rows.map(widthOf));
  const placed = new Map<PanelLayout, PanelLayout>();
  let y = 0;
  for (const row of rows) {
    const more = (width - widthOf(row)) / row.length;
    let x = 0;
    for (const panel of row) {
      const wider = moved(panel, rounded(more / 2));
      placed.set(panel, {
        ...wider,
        x: rounded(x),
        y,
        width: rounded(panel.width + more),
        height: heightOf(row),
      });
      x += panel.width + more + GAP;
    }
    y += heightOf(row) + GAP;
  }
  return { width, height: y - GAP, panels: order.map((panel) => placed.get(panel) ?? panel) };
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
const widthOf = (row: PanelLayout[]): number => sum(row.map(({ width }) => width)) + GAP * (row.length - 1);
const heightOf = (row: PanelLayout[]): number => Math.max(0, ...row.map(({ height }) => height));

/** All that stands in the panel, `dx` px further right. */
function moved(panel: PanelLayout, dx: number): PanelLayout {
  const box = (one: Box): Box => ({ ...one, x: rounded(one.x + dx) });
  const mapped = <T>(record: Record<string, T>, map: (one: T) => T) =>
    Object.fromEntries(Object.entries(record).map(([key, one]) => [key, map(one)]));
  return {
    ...panel,
    boxes: mapped(panel.boxes, box),
    lines: mapped(panel.lines, ({ points, label }) => ({
      points: points.map(([x, y]): [number, number] => [rounded(x + dx), y]),
      label: label && box(label),
    })),
  };
}

const boxOf = ({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>): Box => ({
  x: rounded(x),
  y: rounded(y),
  width: rounded(width),
  height: rounded(height),
});

const rounded = (value: number): number => Math.round(value * 10) / 10;
