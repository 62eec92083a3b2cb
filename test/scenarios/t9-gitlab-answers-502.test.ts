import { describe, expect, it } from 'vitest';
import { scenario } from './world.ts';

describe('T9: GitLab does not take the unregister', () => {
  it('is asked again and obeyed after a 502 and a 429 with Retry-After', async () => {
    await scenario({ group: { desiredCapacity: 1 } }, async ({ seen, entries, sandbox }) => {
      const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
      const fault = { service: 'gitlab', operation: 'deleteManager', times: 1 } as const;
      sandbox.faults.add({ ...fault, kind: 'error', status: 502 });
      sandbox.faults.add({ ...fault, kind: 'throttle', retryAfter: 2 });
      sandbox.autoscaling.terminate(instanceId, true);
      await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
      const calls = entries({ operation: 'deleteManager' });
      expect(calls.map((call) => call.status)).toEqual([502, 429, 204]);
      expect((calls[2]?.at ?? 0) - (calls[1]?.at ?? 0)).toBeGreaterThanOrEqual(1900);
    });
  }, 120_000);

  it('completes the hook all the same when GitLab stays away, and leaves the runner manager', async () => {
    await scenario(
      {
        group: { desiredCapacity: 1 },
        config: { lifecycle: { unregisterTimeout: '6s', unregAttempts: 2 } },
        ghosts: true,
      },
      async ({ seen, sandbox }) => {
        const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
        sandbox.faults.add({ service: 'gitlab', operation: 'deleteManager', kind: 'error', status: 502 });
        sandbox.autoscaling.terminate(instanceId, true);
        await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
        expect(sandbox.gitlab.runners[0]?.managers.size).toBe(1);
      },
    );
  }, 120_000);
});
