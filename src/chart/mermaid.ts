import { drawnEdges } from './drawn-edges.ts';
import type { ChartGraph, ChartNode } from './graph.ts';

/** Stands for "from every state": Mermaid has no edge that leaves the whole diagram. */
const ANYWHERE = 'anywhere';

/** The chart as a Mermaid `stateDiagram-v2`. Edges between the same two states become one, with all their events. */
export function toMermaid(graph: ChartGraph, current: readonly string[] = []): string {
  const lines = ['stateDiagram-v2', '  direction LR', `  [*] --> ${idOf(graph.initial)}`];
  const rootLeaves = graph.edges.some((edge) => edge.source === null && edge.target !== null);
  if (rootLeaves) lines.push(`  state "from any state" as ${ANYWHERE}`);
  for (const node of childrenOf(graph, null)) lines.push(...drawNode(graph, node, '  '));
  for (const { source, target, labels } of drawnEdges(graph.edges)) {
    const from = source === null ? ANYWHERE : idOf(source);
    lines.push(`  ${from} --> ${idOf(target)}: ${labels.join(' / ')}`);
  }
  for (const node of graph.nodes) if (node.kind === 'final') lines.push(`  ${idOf(node.id)} --> [*]`);
  if (current.length > 0) lines.push('  classDef current fill:#ddf4ff,stroke:#0969da,color:#0a3069');
  for (const id of current) lines.push(`  class ${idOf(id)} current`);
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

const idOf = (dotted: string): string => dotted.replaceAll('.', '_');
