import { expect, test } from 'vitest';
import { lifecycleGraph } from '../../src/chart/graph.ts';
import { toMermaid } from '../../src/chart/mermaid.ts';

const graph = lifecycleGraph();
const text = toMermaid(graph);

test('every state of the design is in the graph, under its own name', () => {
  const ids = graph.nodes.map((node) => node.id);
  for (const id of [
    'discovering',
    'unmanaged',
    'launching.registering',
    'launching.abandoning',
    'warmed',
    'inService.unknown',
    'inService.saturated.scalingUp',
    'inService.retiring',
    'inService.cordoned',
    'inService.repairing',
    'terminating.confirming',
    'terminating.draining',
    'terminating.forcing',
    'terminating.releasing',
    'standby',
    'retained',
    'released',
  ]) {
    expect(ids).toContain(id);
  }
});

test('every edge joins states that exist', () => {
  const ids = new Set(graph.nodes.map((node) => node.id));
  for (const { source, target } of graph.edges) {
    if (source !== null) expect(ids).toContain(source);
    if (target !== null) expect(ids).toContain(target);
  }
});

test('every state but the first can be entered, and every one but the last can be left', () => {
  const entered = new Set(graph.edges.map((edge) => edge.target));
  const begins = new Set([graph.initial, ...graph.nodes.map((node) => node.initial)]);
  const above = (id: string): string[] => {
    const node = graph.nodes.find((one) => one.id === id);
    return node?.parent == null ? [id] : [id, ...above(node.parent)];
  };
  for (const node of graph.nodes) {
    if (node.kind === 'compound') continue;
    expect(entered.has(node.id) || begins.has(node.id), `${node.id} is never entered`).toBe(true);
    if (node.kind === 'final') continue;
    const left = graph.edges.some((edge) => edge.source !== null && above(node.id).includes(edge.source));
    expect(left, `${node.id} is never left`).toBe(true);
  }
});

test('choices, timers and guards are named', () => {
  expect(text).toContain('always [canScaleUp]');
  expect(text).toContain('after idleThreshold [canRetire]');
});

test('the Mermaid text declares each state once and uses only declared ids', () => {
  const lines = text.split('\n').map((line) => line.trim());
  expect(lines[0]).toBe('stateDiagram-v2');
  const declared = graph.nodes.map((node) => node.id.replaceAll('.', '_'));
  for (const id of declared) {
    const declarations = lines.filter(
      (line) => line === id || line.endsWith(` as ${id}`) || (line === `state ${id} {` && !id.includes('_')),
    );
    expect(declarations, id).toHaveLength(1);
  }
  for (const line of lines) {
    const edge = /^(\S+) --> (\S+?)(?::|$)/.exec(line);
    if (edge === null) continue;
    for (const id of edge.slice(1)) expect(['[*]', 'anywhere', ...declared]).toContain(id);
  }
});

test('a pair of states is joined by one line, with all its events', () => {
  const pairs = text.match(/^ {2}\S+ --> \S+(?=:)/gm) ?? [];
  expect(new Set(pairs).size).toBe(pairs.length);
});
