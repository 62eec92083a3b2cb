import { describe, expect, it } from 'vitest';
import { scenario } from '../world.ts';

/** When the terminate hook opens after the notice, which EC2 leaves open. */
const HOOK_OPENS = [
  { when: 'opens with the notice', hook: 'with-notice' },
  { when: 'opens 30 s after the notice', hook: 30 },
  { when: 'never opens', hook: 'never' },
] as const;

describe('T5: a Spot notice of 120 s under a ten-minute job', () => {
  for (const { when, hook } of HOOK_OPENS) {
    it.concurrent(`takes the intake off at once, stops the job 20 s before the end and is unregistered in time; the terminate hook ${when}`, async () => {
      // Two slots: the free one would take another job, were the intake still on.
      const options = {
        group: { desiredCapacity: 1 },
        config: { runner: { concurrent: 2 } },
        interruptedJobs: 1,
      };
      await scenario(options, async ({ seen, entries, agentIn, sandbox }) => {
        const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
        sandbox.autoscaling.suspended.add('Launch');
        const job = sandbox.gitlab.addJob({ script: ['sleep 600'] });
        await seen({ subject: 'job', id: job.id, state: 'running' });
        await agentIn(instanceId, 'inService');

        sandbox.interrupt(instanceId, { inSeconds: 120, hook });
        const { at: notice } = await seen({ subject: 'instance', state: 'interruption' });
        const sinceNotice = (entry: { at: number }) => (entry.at - notice) / 1000;
        await seen((entry) => sinceNotice(entry) > 15);
        const late = sandbox.gitlab.addJob({ script: ['true'] });

        const failed = await seen({ subject: 'job', id: job.id, state: 'failed' }, 130_000);
        expect(failed.failureReason).toBe('runner_interrupted');
        expect(sinceNotice(failed)).toBeGreaterThan(95);
        expect(sinceNotice(failed)).toBeLessThan(115);
        const deleted = await seen({ subject: 'manager', state: 'deleted' });
        expect(deleted.seq).toBeGreaterThan(failed.seq);
        expect(sinceNotice(deleted)).toBeLessThan(120);

        await seen({ subject: 'instance', state: 'Terminated', instanceId });
        const answers = entries({ subject: 'hook', state: 'completed', hook: 'terminate' });
        expect(answers.map(({ result }) => result)).toEqual(hook === 'never' ? [] : ['CONTINUE']);
        expect(entries({ operation: 'requestJob' }).filter((entry) => sinceNotice(entry) > 10)).toEqual([]);
        expect(late.state).toBe('pending');
      });
    }, 300_000);
  }
});
