import { describe, expect, it } from 'vitest';
import { type Cost, callsOf, costTable, failOnce, faultyLife, KINDS } from './faults.ts';
import { inParallel } from './in-parallel.ts';
import { life } from './lives.ts';

/** Lives with faults: in each, every call fails in another way than in the one before. */
const ROUNDS = 2;

/** The whole matrix is in the deep tier. */
describe('nothing is lost when the first call of each kind fails', () => {
  for (const id of ['L1', 'T1'] as const) {
    it(`in ${id}: throttled, failed, hung, reset, slow, or done and the answer lost`, {
      timeout: 400_000,
      retry: 0,
    }, async () => {
      const without = await faultyLife(life(id), () => {});
      const calls = callsOf(without.log);
      const rows: Array<{ what: string; cost: Cost }> = [];
      const kindOf = (round: number, call: number) =>
        KINDS[(call + round * (KINDS.length / ROUNDS)) % KINDS.length] ?? 'error';
      const nameOf = (round: number) => `${id}: each call once, round ${round + 1}`;
      const failures = await inParallel([...Array(ROUNDS).keys()], nameOf, async (round) => {
        const cost = await faultyLife(life(id), (world) => {
          for (const [index, call] of calls.entries()) failOnce(world, call, kindOf(round, index));
        });
        rows.push({ what: nameOf(round), cost });
      });
      console.log(costTable(rows, without));
      expect(failures).toEqual([]);
      for (const { what, cost } of rows) expect(cost.struck, what).toBeGreaterThan(calls.length / 2);
    });
  }
});
