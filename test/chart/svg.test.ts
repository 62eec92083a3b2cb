import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { layOut } from '../../scripts/lay-out-chart.ts';
import { lifecycleGraph } from '../../src/chart/graph.ts';
import { lifecycleLayout, lifecycleSvg } from '../../src/chart/lifecycle-svg.ts';
import { panelsOf } from '../../src/chart/panels.ts';
import { packageRoot } from '../../src/config.ts';

const graph = lifecycleGraph();
const panels = panelsOf(graph);

test('the shipped layout and the drawing of the README are those of the running machine (npm run chart)', async () => {
  expect(await layOut(panels)).toEqual(lifecycleLayout);
  expect(readFileSync(join(packageRoot(), 'docs', 'lifecycle.svg'), 'utf8')).toBe(lifecycleSvg(graph, []));
});

test('every state is drawn, each in one panel', () => {
  const drawn = panels.flatMap(({ nodes }) => nodes.flatMap(({ state }) => state ?? []));
  expect(drawn.sort()).toEqual(graph.nodes.map(({ id }) => id).sort());
});

test('whatever leads from one state to another has a line, in the panel of its source', () => {
  const linesOf = (id: string) => panels.flatMap(({ lines }) => lines.filter(({ source }) => source === id));
  for (const { source, target, event, guard } of graph.edges) {
    if (source === null || target === null || source === target) continue;
    const fromAnywhere = graph.edges.some(
      (edge) =>
        edge.source === null && edge.event === event && edge.guard === guard && edge.target === target,
    );
    if (fromAnywhere) continue;
    const lines = [
      ...linesOf(source),
      ...panels.filter(({ id }) => id === source).flatMap(({ lines }) => lines),
    ];
    const labels = lines.flatMap((line) => line.labels);
    expect(
      labels.some((label) => label.startsWith(event)),
      `${source} → ${target}: ${event}`,
    ).toBe(true);
  }
});

test('nothing overlaps: states beside each other, and inside what is around them', () => {
  for (const [index, panel] of panels.entries()) {
    const place = lifecycleLayout.panels[index];
    const boxes = panel.nodes.map((node) => ({ ...node, ...place?.boxes[node.key] }));
    for (const one of boxes) {
      for (const other of boxes) {
        if (one === other || one.parent !== other.parent) continue;
        const [a, b] = [one, other].map(({ x = 0, y = 0, width = 0, height = 0 }) => ({
          x,
          y,
          width,
          height,
        }));
        const apart =
          !a ||
          !b ||
          a.x + a.width <= b.x ||
          b.x + b.width <= a.x ||
          a.y + a.height <= b.y ||
          b.y + b.height <= a.y;
        expect(apart, `${one.key} and ${other.key}`).toBe(true);
      }
    }
  }
});

test('the current state is marked, with the phases around it, and said in the drawing’s label', () => {
  const svg = lifecycleSvg(graph, ['inService.saturated.scalingUp']);
  const marked = [...svg.matchAll(/class="[^"]*\bcurrent"[^>]* data-state="([^"]+)"/g)].map(
    (match) => match[1],
  );
  expect(marked).toEqual(['inService', 'inService', 'inService.saturated', 'inService.saturated.scalingUp']);
  expect(svg).toContain('now in inService.saturated.scalingUp');
});
