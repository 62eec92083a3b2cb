import { describe, expect, it } from 'vitest';
import {
  type Cost,
  costTable,
  failOwn,
  faultyLife,
  KINDS,
  losesJob,
  nameOfCall,
  ownCalls,
} from '../faults.ts';
import { inParallel, inTurn } from '../in-parallel.ts';
import { lives } from '../lives.ts';

describe('nothing is lost, whichever call fails and however', () => {
  for (const life of lives) {
    it.concurrent(`in ${life.id}`, { timeout: 3_000_000, retry: 0 }, async () => {
      const without = await inTurn(() => faultyLife(life, () => {}));
      const cases = ownCalls(life, without.log)
        .flatMap((call) => KINDS.map((kind) => ({ call, kind })))
        .filter(({ call, kind }) => !losesJob(life, call, kind));
      const rows: Array<{ what: string; cost: Cost }> = [];
      const nameOf = ({ call, kind }: (typeof cases)[number]) => `${life.id} ${nameOfCall(call)} ${kind}`;
      const failures = await inParallel(cases, nameOf, async ({ call, kind }) => {
        const cost = await faultyLife(life, (world) => failOwn(world, life, call, kind));
        rows.push({ what: nameOf({ call, kind }), cost });
      });
      console.log(
        costTable(
          rows.sort((a, b) => a.what.localeCompare(b.what)),
          without,
        ),
      );
      expect(failures).toEqual([]);
      // A call that is not made each time cannot always fail.
      const struck = rows.filter(({ cost }) => cost.struck > 0);
      expect(struck.length).toBeGreaterThan(0.9 * cases.length);
    });
  }
});
