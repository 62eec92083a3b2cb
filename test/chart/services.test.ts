import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { layOut } from '../../scripts/lay-out-chart.ts';
import { lifecycleGraph } from '../../src/chart/graph.ts';
import { servicesGraph } from '../../src/chart/services.ts';
import { servicesLayout, servicesPanel, servicesSvg } from '../../src/chart/services-panel.ts';
import { packageRoot } from '../../src/config.ts';
import { ownerOf } from '../../src/services/owners.ts';

const chart = lifecycleGraph();
const graph = servicesGraph(chart);

test('the shipped layout and the drawing of the README are those of the units as they are (npm run chart)', async () => {
  expect(await layOut([servicesPanel(graph)])).toEqual(servicesLayout);
  expect(readFileSync(join(packageRoot(), 'docs', 'services.svg'), 'utf8')).toBe(servicesSvg(graph));
});

test('each unit is drawn with its type and the states that it owns', () => {
  expect(graph.units.find(({ id }) => id === 'init-runner.service')).toMatchObject({
    type: 'oneshot',
    owns: ['discovering', 'launching', 'warmed'],
  });
  const owned = graph.units.flatMap(({ owns }) => owns);
  for (const { id, kind } of chart.nodes) {
    if (kind === 'compound' || ownerOf(id) === null) continue;
    expect(
      owned.some((name) => id === name || id.startsWith(`${name}.`)),
      id,
    ).toBe(true);
  }
});

test('what triggers what: boot and OnSuccess from the units, the hand-overs from the chart', () => {
  const triggers = graph.triggers.map(({ source, does, target }) => `${source} ${does} ${target}`);
  expect(triggers).toEqual(
    expect.arrayContaining([
      'boot starts init-runner.service',
      'boot starts lifecycle-check.service',
      'lifecycle-check.service starts, with a notice unreg-runner.service',
      'init-runner.service hands over to monitor-jobs.service',
      'monitor-jobs.service hands over to unreg-runner.service',
      'monitor-jobs.service starts, when every slot is taken scale-up.service',
    ]),
  );
  // Started by others alone: see the units.
  expect(triggers.filter((line) => line.startsWith('boot '))).toHaveLength(2);
});
