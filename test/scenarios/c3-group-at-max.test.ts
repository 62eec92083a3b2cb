import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('C3: at the maximum there is no call; once the maximum is raised the increase follows by itself', async () => {
  await scenario(
    { group: { desiredCapacity: 1, maxSize: 1 } },
    async ({ seen, entries, heldJob, sandbox }) => {
      await seen({ subject: 'instance', state: 'InService' });
      const job = heldJob();
      await seen({ subject: 'job', id: job.id, state: 'running' });
      const from = sandbox.log.entries.length;
      // Two looks at the group, in saturation.
      for (let look = 0, after = from; look < 2; look += 1) {
        const entry = await seen((e) => e.seq > after && e.operation === 'DescribeAutoScalingGroups');
        after = entry.seq;
      }
      expect(entries({ operation: 'SetDesiredCapacity' })).toEqual([]);
      sandbox.autoscaling.resize({ maxSize: 2 });
      await seen({ subject: 'group', desiredCapacity: 2 });
      job.finish();
      await seen({ subject: 'job', id: job.id, state: 'success' });
    },
  );
}, 240_000);
