import { describe, expect, it } from 'vitest';
import { HOOKS, scenario } from './world.ts';

describe('C9: a job lands between the last idle sample and the stop', () => {
  for (const terminateHook of [HOOKS.terminateHook, undefined]) {
    it.concurrent(`finishes, and then the instance ends, ${terminateHook ? 'with' : 'without'} a terminate hook`, async () => {
      await scenario(
        {
          group: { desiredCapacity: 1, terminateHook },
          // The samples are further apart than the threshold: the job is never seen before the decision.
          config: { lifecycle: { idleThreshold: '2s' }, metrics: { interval: '8s' } },
        },
        async ({ seen, entries, sandbox }) => {
          const { seq } = await seen({ subject: 'instance', state: 'InService' });
          await seen((entry) => entry.seq > seq && entry.operation === 'DescribeAutoScalingGroups');
          const job = sandbox.gitlab.addJob({ script: ['sleep 12'] });
          await seen({ subject: 'job', id: job.id, state: 'success' });
          await seen({ subject: 'instance', state: 'Terminated' });
          expect(entries({ subject: 'job', id: job.id, state: 'success' })).toHaveLength(1);
        },
      );
    }, 240_000);
  }
});
