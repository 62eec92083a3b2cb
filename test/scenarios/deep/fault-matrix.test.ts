import { describe, expect, it } from 'vitest';
import {
  costMatrix,
  failOwn,
  faultyLife,
  KINDS,
  losesJob,
  nameOfCall,
  ownCalls,
  type Struck,
} from '../faults.ts';
import { inParallel, inTurn } from '../in-parallel.ts';
import { lives } from '../lives.ts';

describe('nothing is lost, whichever call fails and however', () => {
  for (const life of lives) {
    it.concurrent(`in ${life.id}`, { timeout: 3_000_000, retry: 0 }, async () => {
      const without = await inTurn(() => faultyLife(life, () => {}));
      const faults = ownCalls(life, without.log)
        .flatMap((call) => KINDS.map((kind) => ({ call, kind })))
        .filter(({ call, kind }) => !losesJob(life, call, kind));
      // How busy the machine is changes: lives without a fault in the middle and at the end too.
      const half = Math.floor(faults.length / 2);
      const cases = [...faults.slice(0, half), null, ...faults.slice(half), null];
      const all: Struck[] = [{ cost: without }];
      const nameOf = (one: (typeof cases)[number]) =>
        `${life.id} ${one ? `${nameOfCall(one.call)} ${one.kind}` : 'without a fault'}`;
      const failures = await inParallel(cases, nameOf, async (one) => {
        const cost = await faultyLife(life, (world) => {
          if (one) failOwn(world, life, one.call, one.kind);
        });
        all.push({ ...one, cost });
      });
      console.log(costMatrix(life.id, all));
      expect(failures).toEqual([]);
      // A call that is not made each time cannot always fail.
      const struck = all.filter(({ cost }) => cost.struck > 0);
      expect(struck.length).toBeGreaterThan(0.9 * faults.length);
    });
  }
});
