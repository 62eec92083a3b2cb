import { expect, it } from 'vitest';
import { scenario } from './world.ts';

/** In seconds. */
const TIMEOUT = 6;

it('T1: a job three times as long as the hook’s timeout ends, in order: intake off, heartbeats, job, unregister, CONTINUE', async () => {
  const terminateHook = { name: 'terminate', heartbeatTimeout: TIMEOUT, defaultResult: 'CONTINUE' as const };
  await scenario(
    { group: { desiredCapacity: 1, terminateHook } },
    async ({ seen, entries, heldJob, sandbox }) => {
      await seen({ subject: 'instance', state: 'InService' });
      const id = entries({ subject: 'instance', state: 'InService' })[0]?.instanceId ?? '';
      const job = heldJob();
      await seen({ subject: 'job', id: job.id, state: 'running' });
      sandbox.autoscaling.terminate(id, true);
      const { at } = await seen({ subject: 'hook', state: 'opened', hook: 'terminate' });
      await seen((entry) => entry.at > at + 3 * TIMEOUT * 1_000);
      job.finish();
      const finished = await seen({ subject: 'job', id: job.id, state: 'success' });
      const late = sandbox.gitlab.addJob({ script: ['true'] });
      const completed = await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
      const deleted = entries({ subject: 'manager', state: 'deleted' })[0];
      const beats = entries({ subject: 'hook', state: 'heartbeat', hook: 'terminate' });
      expect(beats.length).toBeGreaterThanOrEqual(3);
      expect(beats[0]?.seq).toBeLessThan(finished.seq);
      expect(finished.seq).toBeLessThan(deleted?.seq ?? 0);
      expect(deleted?.seq).toBeLessThan(completed.seq);
      expect(late.state).toBe('pending');
      await seen({ subject: 'instance', state: 'Terminated' });
      expect(sandbox.gitlab.runners).toHaveLength(1);
    },
  );
}, 240_000);
