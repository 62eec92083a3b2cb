import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('C2, C4: two instances saturate at once with room for one more: desired capacity rises by one, and not again while it is pending', async () => {
  await scenario(
    { group: { desiredCapacity: 2, maxSize: 3 } },
    async ({ seen, entries, agentIn, heldJob, sandbox }) => {
      const served = new Set<string>();
      await seen(({ subject, state, instanceId = '' }) => {
        if (subject === 'instance' && state === 'InService') served.add(instanceId);
        return served.size === 2;
      });
      for (const id of served) await agentIn(id, 'inService');
      // The third instance stays pending until it has been looked at many times.
      const remove = sandbox.faults.add({
        service: 'gitlab',
        operation: 'verifyRunner',
        kind: 'error',
        status: 503,
      });
      const jobs = [0, 1].map(() => heldJob());
      const raised = await seen({ subject: 'group', desiredCapacity: 3 });
      const looks = new Map([...served].map((id) => [id, 6]));
      await seen(({ seq, operation, instanceId = '' }) => {
        const left = looks.get(instanceId);
        if (seq > raised.seq && operation === 'DescribeAutoScalingInstances' && left !== undefined) {
          if (left === 1) looks.delete(instanceId);
          else looks.set(instanceId, left - 1);
        }
        return looks.size === 0;
      });
      remove();
      for (const job of jobs) job.finish();
      for (const { id } of jobs) await seen({ subject: 'job', id, state: 'success' });
      const raises = entries({ operation: 'SetDesiredCapacity', status: 200 });
      expect(
        raises.map(({ params }) => (params as { DesiredCapacity: string }).DesiredCapacity),
      ).not.toContain('4');
      expect(entries({ subject: 'group' }).map(({ desiredCapacity }) => desiredCapacity)).toEqual([3]);
    },
  );
}, 240_000);
