import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Deed, play, type Run } from './play.ts';

const deep = process.env.DROVER_TEST_TIER === 'deep';

const seconds = (max: number) => fc.integer({ min: 1, max });
const does = <T extends Deed['does']>(name: T) => fc.constant({ does: name });

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('wait' as const), seconds: seconds(90) }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('addJob' as const), seconds: seconds(200) }) },
  does('terminate'),
  fc.record({ does: fc.constant('announceThenTerminate' as const), lead: fc.integer({ min: 0, max: 8 }) }),
  does('scaleIn'),
  does('interrupt'),
  fc.record({ does: fc.constant('failNextPlay' as const), task: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ does: fc.constant('apiDown' as const), seconds: seconds(15) }),
  fc.record({ does: fc.constant('metricsDown' as const), seconds: seconds(60) }),
  does('runnerDies'),
  does('deletedInGitLab'),
  does('killAgent'),
) as fc.Arbitrary<Deed>;

const anyRun: fc.Arbitrary<Run> = fc.record({
  hooks: fc.boolean(),
  deeds: fc.array(deed, { maxLength: 14 }),
  kills: fc.array(fc.nat({ max: 40 }), { maxLength: 5 }),
});

it('loses nothing, whatever happens and wherever the agent is killed', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(anyRun, async (run) => {
      expect(await play(run)).toEqual([]);
    }),
    { numRuns: Number(process.env.RUNS ?? (deep ? 20_000 : 1_000)), ...(deep ? {} : { seed: 1 }) },
  );
});
