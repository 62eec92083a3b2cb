import { type Box, type ChartLayout, labelLines, lineKey, type PanelLayout, SIZES } from './layout.ts';
import type { Panel, PanelNode } from './panels.ts';
import { roundedPath } from './rounded-path.ts';
import { svgStyle } from './svg-style.ts';
import { xmlText } from './xml-text.ts';

export interface SvgOptions {
  /** Names of the states to mark as current; those around them are marked too. */
  current?: readonly string[];
  title: string;
}

/** The chart as one SVG file. Throws where the layout is that of another chart. */
export function toSvg(
  panels: readonly Panel[],
  layout: ChartLayout,
  { current = [], title }: SvgOptions,
): string {
  const marked = new Set(current.flatMap(withParents));
  const { width, height } = layout;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="-1 -1 ${width + 2} ${height + 2}" width="${width + 2}" height="${height + 2}" role="img" aria-label="${xmlText(title)}">`,
    `<style>${svgStyle}</style>`,
    arrowHead,
    ...panels.map((panel, index) => {
      const place = layout.panels[index];
      if (place === undefined) throw outOfDate(panel.title);
      return `<g transform="translate(${place.x} ${place.y})">${drawPanel(panel, place, marked)}</g>`;
    }),
    '</svg>',
    '',
  ].join('\n');
}

/** The head of every line; once in a document. */
export const arrowHead =
  '<defs><marker id="chart-head" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0.8 L8 4 L0 7.2 z"/></marker></defs>';

/** One panel, from its own upper left corner. */
export function drawPanel(panel: Panel, place: PanelLayout, marked: ReadonlySet<string>): string {
  const of = (kinds: Array<PanelNode['kind']>) => panel.nodes.filter(({ kind }) => kinds.includes(kind));
  const draw = (node: PanelNode) => drawNode(node, boxOf(place, node.key), marked);
  const on = panel.id !== null && marked.has(panel.id) ? ' current' : '';
  return [
    `<g class="panel${on}"${panel.id === null ? '' : ` data-state="${xmlText(panel.id)}"`}><rect width="${place.width}" height="${place.height}" rx="10"/><text x="${SIZES.padding}" y="19">${xmlText(panel.title)}</text></g>`,
    ...of(['compound']).map(draw),
    ...panel.lines.map((line) => {
      const { points, label } = place.lines[lineKey(line)] ?? outOfPlace(lineKey(line));
      const texts = labelLines(line.labels).map(
        (text, index) =>
          `<text x="${label?.x}" y="${tenth((label?.y ?? 0) + 10 + index * SIZES.labelLine)}" xml:space="preserve">${xmlText(text)}</text>`,
      );
      return `<g class="line"><path d="${roundedPath(points)}" marker-end="url(#chart-head)"/>${texts.join('')}</g>`;
    }),
    ...of(['atomic', 'final', 'phase', 'dot', 'sign', 'unit']).map(draw),
  ].join('\n');
}

function drawNode(
  { kind, text, state, details = [] }: PanelNode,
  box: Box,
  marked: ReadonlySet<string>,
): string {
  const { x, y, width, height } = box;
  const [middle, line] = [tenth(x + width / 2), tenth(y + height / 2 + 4.5)];
  if (kind === 'dot') {
    return `<circle class="dot" cx="${middle}" cy="${tenth(y + height / 2)}" r="${width / 2}"/>`;
  }
  const rim = (inset: number) =>
    `<rect x="${x + inset}" y="${y + inset}" width="${tenth(width - 2 * inset)}" height="${tenth(height - 2 * inset)}" rx="${8 - inset}"/>`;
  const centred = `<text x="${middle}" y="${line}" text-anchor="middle">${xmlText(text)}</text>`;
  if (kind === 'unit') {
    const lines = details.map(
      (detail, index) =>
        `<text class="detail" x="${x + SIZES.padding}" y="${tenth(y + SIZES.state + 6 + index * SIZES.detail)}">${xmlText(detail)}</text>`,
    );
    return `<g class="state phase">${rim(0)}<text x="${x + SIZES.padding}" y="${y + 20}">${xmlText(text)}</text>${lines.join('')}</g>`;
  }
  if (state === null) return `<g class="sign">${rim(0)}${centred}</g>`;
  const name =
    kind === 'compound' ? `<text x="${x + SIZES.padding}" y="${y + 18}">${xmlText(text)}</text>` : centred;
  const on = marked.has(state) ? ' current' : '';
  return `<g class="state ${kind}${on}" data-state="${xmlText(state)}">${rim(0)}${kind === 'final' ? rim(3) : ''}${name}</g>`;
}

/** A state's name, and those of the states around it. */
export const withParents = (name: string): string[] =>
  name.split('.').map((_, index, parts) => parts.slice(0, index + 1).join('.'));

function boxOf(place: PanelLayout, key: string): Box {
  return place.boxes[key] ?? outOfPlace(key);
}

function outOfPlace(what: string): never {
  throw outOfDate(what);
}

const outOfDate = (what: string): Error =>
  new Error(`the layout of the chart is out of date, it has no ${what}: run npm run chart`);

const tenth = (value: number): number => Math.round(value * 10) / 10;
