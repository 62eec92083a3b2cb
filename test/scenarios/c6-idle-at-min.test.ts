import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('C6: idle at the minimum keeps serving, without a drain and without refused calls', async () => {
  await scenario(
    { group: { desiredCapacity: 1, minSize: 1 }, config: { lifecycle: { idleThreshold: '2s' } } },
    async ({ seen, entries, sandbox }) => {
      const { seq } = await seen({ subject: 'instance', state: 'InService' });
      const looks = () =>
        entries({ operation: 'DescribeAutoScalingGroups' }).filter((e) => e.seq > seq).length;
      await seen(() => looks() > 6);
      expect(entries({ operation: 'TerminateInstanceInAutoScalingGroup' })).toEqual([]);
      const job = sandbox.gitlab.addJob({ script: ['true'] });
      await seen({ subject: 'job', id: job.id, state: 'success' });
    },
  );
}, 240_000);
