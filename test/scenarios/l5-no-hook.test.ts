import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('L5: without a hook the instance registers and nothing is completed', async () => {
  await scenario(
    { group: { desiredCapacity: 1, launchHook: undefined, terminateHook: undefined } },
    async ({ seen, entries, sandbox }) => {
      await seen({ subject: 'manager', state: 'created' });
      const job = sandbox.gitlab.addJob({ script: ['true'] });
      await seen({ subject: 'job', id: job.id, state: 'success' });
      expect(entries({ operation: 'CompleteLifecycleAction' })).toEqual([]);
    },
  );
}, 240_000);
