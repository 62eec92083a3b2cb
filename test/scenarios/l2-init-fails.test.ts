import { describe, expect, it } from 'vitest';
import { scenario } from './world.ts';

const lifecycle = { initAttempts: 2, initTimeout: '12s' };

describe('L2: init fails', () => {
  it.concurrent('is retried within its bound, abandoned, and leaves no runner; a terminate hook that opens is answered', async () => {
    await scenario(
      { group: { desiredCapacity: 1 }, config: { lifecycle } },
      async ({ seen, entries, sandbox }) => {
        sandbox.faults.add({ service: 'gitlab', operation: 'requestJob', kind: 'error', status: 500 });
        const abandoned = await seen({ subject: 'hook', state: 'completed', hook: 'launch' }, 100_000);
        expect(abandoned.result).toBe('ABANDON');
        await seen({
          subject: 'hook',
          state: 'completed',
          hook: 'terminate',
          instanceId: abandoned.instanceId ?? '',
        });
        await seen({ subject: 'instance', state: 'Terminated', instanceId: abandoned.instanceId ?? '' });
        const deleted = entries({ subject: 'manager', state: 'deleted' });
        expect(deleted.length).toBeGreaterThanOrEqual(1);
        sandbox.autoscaling.resize({ desiredCapacity: 0 });
      },
    );
  }, 240_000);

  it.concurrent('marks the instance unhealthy where the group has no hook at all', async () => {
    await scenario(
      {
        group: { desiredCapacity: 1, launchHook: undefined, terminateHook: undefined },
        config: { lifecycle },
      },
      async ({ seen, sandbox }) => {
        sandbox.faults.add({ service: 'gitlab', operation: 'requestJob', kind: 'error', status: 500 });
        await seen({ operation: 'SetInstanceHealth', status: 200 }, 100_000);
        sandbox.autoscaling.resize({ desiredCapacity: 0 });
      },
    );
  }, 240_000);
});
