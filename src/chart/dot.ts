import { drawnEdges } from './drawn-edges.ts';
import type { ChartGraph, ChartNode } from './graph.ts';

const ANYWHERE = 'from any state';

/** The chart for Graphviz: `drover chart --format dot | dot -Tpdf`. States with others inside are clusters. */
export function toDot(graph: ChartGraph, current: readonly string[] = []): string {
  const children = (parent: string | null) => graph.nodes.filter((node) => node.parent === parent);
  /** Graphviz joins nodes only: a cluster is joined at a node inside, and the line is cut at its rim. */
  const anchor = (id: string): string => {
    const node = graph.nodes.find((one) => one.id === id);
    return node?.kind === 'compound' ? anchor(node.initial ?? children(id)[0]?.id ?? id) : id;
  };
  const cut = (end: 'lhead' | 'ltail', id: string) =>
    anchor(id) === id ? [] : [`${end}=${quoted(`cluster ${id}`)}`];
  const draw = (node: ChartNode, indent: string): string[] => {
    const marks = current.includes(node.id)
      ? ', style="rounded,filled,bold", fillcolor="#ddf4ff", color="#0969da"'
      : '';
    const label = `label=${quoted(node.name)}`;
    if (node.kind !== 'compound') {
      const rim = node.kind === 'final' ? ', peripheries=2' : '';
      return [`${indent}${quoted(node.id)} [${label}${rim}${marks}];`];
    }
    return [
      `${indent}subgraph ${quoted(`cluster ${node.id}`)} {`,
      `${indent}  ${label}; style=rounded;`,
      ...children(node.id).flatMap((child) => draw(child, `${indent}  `)),
      `${indent}}`,
    ];
  };
  return [
    'digraph lifecycle {',
    // Without newrank Graphviz 2.43 cannot route some edges between clusters, and gives up.
    '  compound=true; newrank=true; rankdir=LR; fontname="sans-serif";',
    '  node [shape=box, style=rounded, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
    `  ${quoted(ANYWHERE)} [style="rounded,dashed"];`,
    '  "initial" [shape=point, width=0.12, label=""];',
    ...children(null).flatMap((node) => draw(node, '  ')),
    `  "initial" -> ${quoted(anchor(graph.initial))};`,
    ...drawnEdges(graph.edges).map(({ source, target, labels }) => {
      const attributes = [
        `label=${quoted(labels.join('\n'))}`,
        ...(source === null || contains(source, target) ? [] : cut('ltail', source)),
        ...(source !== null && contains(target, source) ? [] : cut('lhead', target)),
      ];
      const from = source === null ? ANYWHERE : anchor(source);
      return `  ${quoted(from)} -> ${quoted(anchor(target))} [${attributes.join(', ')}];`;
    }),
    '}',
    '',
  ].join('\n');
}

const contains = (outer: string, inner: string): boolean => inner.startsWith(`${outer}.`);

/** A DOT string; line ends become those of a label. */
const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
