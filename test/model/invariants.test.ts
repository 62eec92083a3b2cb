import { expect, it } from 'vitest';
import { check } from './check.ts';

it('keeps the invariants of the chart in every state that can be reached', { timeout: 300_000 }, () => {
  const { states, edges, violations } = check();
  console.log(`states ${states}, edges ${edges}`);
  expect(violations.map(({ what, witness }) => `${what}: ${witness}`)).toEqual([]);
});
