import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyRun } from './any-run.ts';
import { type Deed, play } from './play.ts';

const deep = process.env.DROVER_TEST_TIER === 'deep';

it('loses nothing, whatever happens and wherever the agent is killed', { timeout: 900_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(anyRun, async (run) => {
      expect(await play(run)).toEqual([]);
    }),
    { numRuns: Number(process.env.RUNS ?? (deep ? 20_000 : 2_000)), ...(deep ? {} : { seed: 1 }) },
  );
});

it('answers the second terminate action of an instance that went to the warm pool and was ended there', async () => {
  const deeds: Deed[] = [
    { does: 'wait', seconds: 2 },
    { does: 'announceThenTerminate', lead: 7 },
    { does: 'maintenanceOver' },
    { does: 'interrupt' },
    { does: 'announceThenTerminate', lead: 2 },
    { does: 'deletedInGitLab' },
    { does: 'takeBack' },
  ];
  expect(await play({ hooks: true, deeds, kills: [] })).toEqual([]);
});

it('keeps a launch open over two reboots, one after the other', async () => {
  const deeds: Deed[] = [
    { does: 'reboot' },
    { does: 'wait', seconds: 17 },
    { does: 'maintenance', inSeconds: 1 },
    { does: 'addJob', seconds: 1 },
    { does: 'addJob', seconds: 1 },
    { does: 'scaleIn' },
    { does: 'reboot' },
  ];
  expect(await play({ hooks: true, deeds, kills: [16, 6, 3] })).toEqual([]);
});
