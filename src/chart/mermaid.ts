import type { ChartEdge, ChartGraph, ChartNode } from './graph.ts';

/** Stands for "from every state": Mermaid has no edge that leaves the whole diagram. */
const ANYWHERE = 'anywhere';

/** The chart as a Mermaid `stateDiagram-v2`. Edges between the same two states become one, with all their events. */
export function toMermaid(graph: ChartGraph): string {
  const lines = ['stateDiagram-v2', '  direction LR', `  [*] --> ${idOf(graph.initial)}`];
  const rootLeaves = graph.edges.some((edge) => edge.source === null && edge.target !== null);
  if (rootLeaves) lines.push(`  state "from any state" as ${ANYWHERE}`);
  for (const node of childrenOf(graph, null)) lines.push(...drawNode(graph, node, '  '));
  for (const [pair, labels] of mergeEdges(graph.edges)) lines.push(`  ${pair}: ${labels.join(' / ')}`);
  for (const node of graph.nodes) if (node.kind === 'final') lines.push(`  ${idOf(node.id)} --> [*]`);
  return `${lines.join('\n')}\n`;
}

function drawNode(graph: ChartGraph, node: ChartNode, indent: string): string[] {
  const id = idOf(node.id);
  const title = id === node.name ? [] : [`${indent}state "${node.name}" as ${id}`];
  if (node.kind !== 'compound') return title.length > 0 ? title : [`${indent}${id}`];
  return [
    ...title,
    `${indent}state ${id} {`,
    ...(node.initial === null ? [] : [`${indent}  [*] --> ${idOf(node.initial)}`]),
    ...childrenOf(graph, node.id).flatMap((child) => drawNode(graph, child, `${indent}  `)),
    `${indent}}`,
  ];
}

const childrenOf = (graph: ChartGraph, parent: string | null): ChartNode[] =>
  graph.nodes.filter((node) => node.parent === parent);

function mergeEdges(edges: readonly ChartEdge[]): Map<string, string[]> {
  const merged = new Map<string, string[]>();
  for (const { source, target, event, guard } of edges) {
    // A state that looks again at itself, or only remembers something, would hide the ways that lead on.
    if (target === null || target === source) continue;
    const pair = `${source === null ? ANYWHERE : idOf(source)} --> ${idOf(target)}`;
    const label = guard === null ? event : `${event} [${guard}]`;
    const labels = merged.get(pair) ?? [];
    if (!labels.includes(label)) labels.push(label);
    merged.set(pair, labels);
  }
  return merged;
}

const idOf = (dotted: string): string => dotted.replaceAll('.', '_');
