import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('T4: the action expires during the drain: the job is ended and the runner unregistered at once, before EC2 has stopped the machine', async () => {
  const terminateHook = { name: 'terminate', heartbeatTimeout: 8, defaultResult: 'CONTINUE' as const };
  await scenario(
    {
      group: { desiredCapacity: 1, terminateHook, shutdownDelay: 40_000 },
      timedOut: ['terminate'],
      interruptedJobs: 1,
    },
    async ({ seen, entries, agentIn, sandbox }) => {
      const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
      await agentIn(instanceId, 'inService');
      sandbox.autoscaling.suspended.add('Launch');
      const job = sandbox.gitlab.addJob({ script: ['sleep 600'] });
      await seen({ subject: 'job', id: job.id, state: 'running' });
      const remove = sandbox.faults.add({
        service: 'autoscaling',
        operation: 'RecordLifecycleActionHeartbeat',
        kind: 'error',
        status: 500,
      });
      sandbox.autoscaling.terminate(instanceId, true);
      const expired = await seen({ subject: 'hook', state: 'timedOut', hook: 'terminate' });
      remove();
      const failed = await seen({ subject: 'job', id: job.id, state: 'failed' });
      expect(failed.failureReason).toBe('runner_interrupted');
      const deleted = await seen({ subject: 'manager', state: 'deleted' });
      expect(expired.seq).toBeLessThan(failed.seq);
      expect(failed.seq).toBeLessThan(deleted.seq);
      const gone = await seen({ subject: 'instance', state: 'Terminated', instanceId }, 90_000);
      expect(deleted.seq).toBeLessThan(gone.seq);
      expect(entries({ subject: 'hook', state: 'completed', hook: 'terminate' })).toEqual([]);
    },
  );
}, 240_000);
