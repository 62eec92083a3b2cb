import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { toDot } from '../../src/chart/dot.ts';
import { lifecycleGraph } from '../../src/chart/graph.ts';
import { servicesGraph } from '../../src/chart/services.ts';
import { servicesDot } from '../../src/chart/services-text.ts';

const missing =
  spawnSync('dot', ['-V']).error && !process.env.CI ? 'dot is missing: apt-get install graphviz' : null;

const graph = lifecycleGraph();

describe.skipIf(missing)(missing ?? 'Graphviz', () => {
  test('draws the chart without a warning, every state by its name', () => {
    const { status, stdout, stderr } = spawnSync('dot', ['-Tplain'], {
      input: toDot(graph),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    for (const { id, kind } of graph.nodes) {
      if (kind !== 'compound')
        expect(stdout).toMatch(new RegExp(`^node "?${id.replaceAll('.', '\\.')}"? `, 'm'));
    }
  });

  test('draws the services without a warning', () => {
    const input = servicesDot(servicesGraph(graph));
    const { status, stderr } = spawnSync('dot', ['-Tplain'], { input, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('marks the current state and no other', () => {
    const drawn = execFileSync('dot', ['-Tsvg'], {
      input: toDot(graph, ['inService.idle']),
      encoding: 'utf8',
    });
    expect(drawn.match(/fill="#ddf4ff"/g)).toHaveLength(1);
  });
});
