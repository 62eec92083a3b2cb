import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyRun } from './any-run.ts';
import { play } from './play.ts';

const deep = process.env.DROVER_TEST_TIER === 'deep';

it('loses nothing, whatever happens and wherever the agent is killed', { timeout: 900_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(anyRun, async (run) => {
      expect(await play(run)).toEqual([]);
    }),
    { numRuns: Number(process.env.RUNS ?? (deep ? 20_000 : 2_000)), ...(deep ? {} : { seed: 1 }) },
  );
});
