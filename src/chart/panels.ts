import { drawnEdges, repeats } from './drawn-edges.ts';
import type { ChartEdge, ChartGraph, ChartNode } from './graph.ts';

/**
 * A part of the drawing. The first shows the states at the top and how they follow each other; each state with enough
 * inside (a phase) then has a panel of its own. A line that leaves a panel ends at a sign that names where it leads, so
 * that no line crosses the whole drawing.
 */
export interface Panel {
  /** The state that it shows from inside; null: the whole. */
  id: string | null;
  title: string;
  nodes: PanelNode[];
  lines: PanelLine[];
}

export interface PanelNode {
  /** Unique within the panel. */
  key: string;
  /** `phase`: has a panel of its own; `dot`: where life in it begins; `sign`: names what is outside the panel. */
  kind: 'atomic' | 'compound' | 'final' | 'phase' | 'dot' | 'sign' | 'unit';
  text: string;
  /** The key of the node around it. */
  parent: string | null;
  /** The state that it stands for. */
  state: string | null;
  /** Smaller lines below the text, of a unit. */
  details?: string[];
}

export interface PanelLine {
  source: string;
  target: string;
  labels: string[];
}

/** With fewer states inside, a state below the top is drawn where it stands. */
const LEAST_FOR_A_PANEL = 3;

/** Takes the graph apart into panels. */
export function panelsOf(graph: ChartGraph): Panel[] {
  const childrenOf = (id: string) => graph.nodes.filter(({ parent }) => parent === id).length;
  const phases = graph.nodes.filter(
    ({ id, parent, kind }) => kind === 'compound' && (parent === null || childrenOf(id) >= LEAST_FOR_A_PANEL),
  );
  const isPhase = new Set(phases.map(({ id }) => id));
  /** The panel that a state is drawn in. */
  const panelOf = (id: string): string | null => ancestorsOf(id).find((above) => isPhase.has(above)) ?? null;
  const draw = (of: ChartNode | null) =>
    drawPanel(
      graph,
      of,
      graph.nodes.filter(({ id }) => panelOf(id) === (of?.id ?? null)),
      isPhase,
    );
  return [draw(null), ...phases.map(draw)];
}

function drawPanel(
  graph: ChartGraph,
  phase: ChartNode | null,
  states: ChartNode[],
  isPhase: ReadonlySet<string>,
): Panel {
  const own = new Set(states.map(({ id }) => id));
  const nodes = states.map((state) => nodeOf(state, own, isPhase));
  const lines: PanelLine[] = [];
  const signs = new Map<string, string>();
  const sign = (text: string) => {
    const key = `sign ${text}`;
    if (!signs.has(key)) nodes.push({ key, kind: 'sign', text, parent: null, state: null });
    signs.set(key, text);
    return key;
  };
  const isRepeated = repeats(graph);
  /** Told in full where its source is drawn; seen from further out, only that it is there. */
  const told: ChartEdge[] = [];
  const summed: ChartEdge[] = [];
  for (const edge of graph.edges) {
    const { source, target } = edge;
    const into = target === null ? null : shownIn(own, target);
    const direct = source === null || source === phase?.id ? into === target : own.has(source ?? '');
    if (direct && !isRepeated(edge) && (into !== null || (source !== null && own.has(source))))
      told.push(edge);
    else if (into === null) continue;
    else if (source === null) summed.push({ ...edge, target: into });
    else {
      const from = shownIn(own, source);
      if (from !== null && from !== into && (from !== source || isPhase.has(into))) {
        summed.push({ ...edge, source: from, target: into });
      }
    }
  }
  const place = (source: string | null, target: string, labels: string[]) =>
    lines.push({
      source:
        source === null
          ? sign('from any state')
          : source === phase?.id
            ? sign('from any state here')
            : source,
      target: own.has(target) ? target : sign(`to ${target}`),
      labels,
    });
  const drawn = drawnEdges(
    told.map((edge) => ({ ...edge, target: shownIn(own, edge.target ?? '') ?? edge.target })),
  );
  for (const { source, target, labels } of drawn) place(source, target, labels);
  for (const { source, target } of drawnEdges(summed)) {
    if (!drawn.some((line) => line.source === source && line.target === target)) place(source, target, []);
  }
  const begin = (parent: string | null, first: string | null) => {
    const inside = first === null ? null : shownIn(own, first);
    if (inside === null) return;
    const key = `initial ${parent ?? ''}`.trim();
    nodes.push({ key, kind: 'dot', text: '', parent, state: null });
    lines.push({ source: key, target: inside, labels: [] });
  };
  begin(null, phase === null ? graph.initial : phase.initial);
  for (const { id, initial } of states) if (!isPhase.has(id)) begin(id, initial);
  return { id: phase?.id ?? null, title: phase?.id ?? 'lifecycle', nodes, lines };
}

/** The node of a panel that shows a state: its own, or the one around it. */
const shownIn = (own: ReadonlySet<string>, id: string): string | null =>
  [id, ...ancestorsOf(id)].find((one) => own.has(one)) ?? null;

/** The states around a state, the nearest first. */
function ancestorsOf(id: string): string[] {
  const parts = id.split('.');
  return parts.slice(1).map((_, index) => parts.slice(0, parts.length - 1 - index).join('.'));
}

function nodeOf(
  { id, name, parent, kind }: ChartNode,
  own: ReadonlySet<string>,
  isPhase: ReadonlySet<string>,
): PanelNode {
  return {
    key: id,
    kind: isPhase.has(id) ? 'phase' : kind,
    text: name,
    parent: parent !== null && own.has(parent) ? parent : null,
    state: id,
  };
}
