import { expect, it } from 'vitest';
import { collectStepViolations, progressViolations, type Violation } from './checks.ts';
import { explore } from './explore.ts';

it('keeps the invariants of the chart in every state that can be reached', { timeout: 120_000 }, () => {
  const found = new Map<string, Violation>();
  const graph = explore({ onEdge: collectStepViolations(found) });
  console.log(`states ${graph.nodes.length}, edges ${graph.edges.from.length}`);
  const violations = [...found.values(), ...progressViolations(graph)];
  expect(violations.map(({ what, witness }) => `${what}: ${witness}`)).toEqual([]);
});
