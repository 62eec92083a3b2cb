import { describe, expect, it } from 'vitest';
import { type Cost, callsOf, costTable, failOnce, faultyLife, KINDS } from './faults.ts';
import { inParallel } from './in-parallel.ts';
import { life } from './lives.ts';

describe('nothing is lost when the first call of each kind fails', () => {
  for (const id of ['L1', 'T1'] as const) {
    it(`in ${id}: throttled, failed, hung, reset, slow, or done and the answer lost`, async () => {
      const without = await faultyLife(life(id), () => {});
      const calls = callsOf(without.log);
      const rows: Array<{ what: string; cost: Cost }> = [];
      const nameOf = (kind: string) => `${id}: each call once, ${kind}`;
      const failures = await inParallel(
        KINDS,
        nameOf,
        async (kind) => {
          const cost = await faultyLife(life(id), (world) => {
            for (const call of calls) failOnce(world, call, kind);
          });
          rows.push({ what: nameOf(kind), cost });
        },
        KINDS.length,
      );
      console.log(costTable(rows, without));
      expect(failures).toEqual([]);
      for (const { what, cost } of rows) expect(cost.struck, what).toBeGreaterThan(calls.length / 2);
    }, 400_000);
  }
});
