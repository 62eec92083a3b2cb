import { describe, expect, it } from 'vitest';
import { looks } from './steps.ts';
import { scenario } from './world.ts';

describe('C13: an increase brings no instance', () => {
  it.concurrent('since there is no capacity: no further increase until it is there', async () => {
    await scenario({ group: { desiredCapacity: 1, maxSize: 4 } }, async (world) => {
      const { seen, entries, heldJob, sandbox } = world;
      await seen({ subject: 'instance', state: 'InService' });
      sandbox.autoscaling.launchFailure = 'We currently do not have sufficient m5.large capacity.';
      const job = heldJob();
      await seen({ subject: 'group', desiredCapacity: 2 });
      await looks(world, 'DescribeAutoScalingGroups', 8);
      expect(entries({ subject: 'group' }).map(({ desiredCapacity }) => desiredCapacity)).toEqual([2]);
      sandbox.autoscaling.launchFailure = null;
      const arrived = new Set<string>();
      await seen(({ subject, state, instanceId = '' }) => {
        if (subject === 'instance' && state === 'InService') arrived.add(instanceId);
        return arrived.size === 2;
      });
      job.finish();
      await seen({ subject: 'job', id: job.id, state: 'success' });
    });
  }, 240_000);

  it.concurrent('since the Launch process is suspended: no increase at all until it is resumed', async () => {
    await scenario({ group: { desiredCapacity: 1, maxSize: 4 } }, async (world) => {
      const { seen, entries, heldJob, sandbox } = world;
      await seen({ subject: 'instance', state: 'InService' });
      sandbox.autoscaling.suspended.add('Launch');
      const job = heldJob();
      await seen({ subject: 'job', id: job.id, state: 'running' });
      await looks(world, 'DescribeAutoScalingGroups', 6);
      expect(entries({ operation: 'SetDesiredCapacity' })).toEqual([]);
      sandbox.autoscaling.suspended.delete('Launch');
      await seen({ subject: 'group', desiredCapacity: 2 });
      job.finish();
      await seen({ subject: 'job', id: job.id, state: 'success' });
    });
  }, 240_000);
});
