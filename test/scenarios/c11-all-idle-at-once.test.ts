import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('C11: when all are idle at once the group shrinks to its minimum, never below, without a loop of errors', async () => {
  await scenario(
    { group: { desiredCapacity: 3, minSize: 1 }, config: { lifecycle: { idleThreshold: '5s' } } },
    async ({ seen, entries, sandbox }) => {
      const gone = new Set<string>();
      await seen(({ subject, state, instanceId = '' }) => {
        if (subject === 'instance' && state === 'Terminated') gone.add(instanceId);
        return gone.size === 2;
      }, 120_000);
      const { length } = sandbox.log.entries;
      // The last one keeps looking, and asks for nothing.
      let looks = 0;
      await seen(({ seq, operation }) => {
        if (seq > length && operation === 'DescribeAutoScalingGroups') looks += 1;
        return looks === 10;
      });
      expect(sandbox.autoscaling.desiredCapacity).toBe(1);
      const asked = entries({ operation: 'TerminateInstanceInAutoScalingGroup' });
      expect(asked.filter(({ status }) => status === 200)).toHaveLength(2);
      // Whoever loses the race for the last place may be refused once, not again and again.
      expect(asked.length).toBeLessThanOrEqual(4);
      expect(asked.filter(({ seq }) => seq > length)).toEqual([]);
      const job = sandbox.gitlab.addJob({ script: ['true'] });
      await seen({ subject: 'job', id: job.id, state: 'success' });
    },
  );
}, 240_000);
