import { expect, it } from 'vitest';
import { scenario } from '../world.ts';

it('T15: without a terminate hook our own retirement loses no job and the group’s scale-in takes no busy instance', async () => {
  await scenario(
    {
      group: { desiredCapacity: 1, terminateHook: undefined },
      config: { lifecycle: { idleThreshold: '4s' } },
    },
    async ({ seen, entries, heldJob, sandbox }) => {
      const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
      await seen({ operation: 'SetInstanceProtection', status: 200 });
      const job = heldJob();
      await seen({ subject: 'job', id: job.id, state: 'running' });
      sandbox.autoscaling.resize({ desiredCapacity: 0 });
      job.finish();
      await seen({ subject: 'job', id: job.id, state: 'success' });
      expect(sandbox.autoscaling.instances.has(instanceId)).toBe(true);
      sandbox.autoscaling.resize({ desiredCapacity: 1 });
      const deleted = await seen({ subject: 'manager', state: 'deleted' });
      const asked = await seen({ operation: 'TerminateInstanceInAutoScalingGroup', status: 200 });
      expect(deleted.seq).toBeLessThan(asked.seq);
      await seen({ subject: 'instance', state: 'Terminated' });
      expect(entries({ subject: 'instance', state: 'Terminated' })).toHaveLength(1);
    },
  );
}, 240_000);
