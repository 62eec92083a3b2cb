import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../../src/sandbox/faults.ts';
import {
  type CallKind,
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
import { type Life, lives } from '../lives.ts';
import { lifeWithMetricsFault, SCRAPE } from '../metrics-faults.ts';

const withFault = (life: Life, call: CallKind, kind: FaultKind) =>
  faultyLife(life, (world) => failOwn(world, life, call, kind));

describe('nothing is lost, whichever call fails and however', () => {
  for (const life of lives) {
    it.concurrent(`in ${life.id}`, { timeout: 3_000_000, retry: 0 }, async () => {
      const without = await inTurn(() => faultyLife(life, () => {}));
      const ofServices = ownCalls(life, without.log)
        .flatMap((call) => KINDS.map((kind) => ({ call, kind, play: () => withFault(life, call, kind) })))
        .filter(({ call, kind }) => !losesJob(life, call, kind));
      const ofMetrics = KINDS.map((kind) => ({
        call: SCRAPE,
        kind,
        play: () => lifeWithMetricsFault(life, kind),
      }));
      const faults = [...ofServices, ...ofMetrics];
      // How busy the machine is changes: lives without a fault in the middle and at the end too.
      const half = Math.floor(faults.length / 2);
      const cases = [...faults.slice(0, half), null, ...faults.slice(half), null];
      const all: Struck[] = [{ cost: without }];
      const nameOf = (one: (typeof cases)[number]) =>
        `${life.id} ${one ? `${nameOfCall(one.call)} ${one.kind}` : 'without a fault'}`;
      const failures = await inParallel(cases, nameOf, async (one) => {
        const cost = await (one ? one.play() : faultyLife(life, () => {}));
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
