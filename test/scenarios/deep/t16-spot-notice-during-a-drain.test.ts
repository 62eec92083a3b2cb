import { describe, expect, it } from 'vitest';
import { scenario, type World } from '../world.ts';

/** A long job on an instance that an operator terminates; drained while the job runs. */
async function drainUnderAJob({ seen, sandbox }: World) {
  const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
  sandbox.autoscaling.suspended.add('Launch');
  const job = sandbox.gitlab.addJob({ script: ['sleep 600'] });
  await seen({ subject: 'job', id: job.id, state: 'running' });
  sandbox.autoscaling.terminate(instanceId, true);
  await seen({ subject: 'hook', state: 'heartbeat', hook: 'terminate' });
  return { instanceId, job };
}

/** The job was ended, then the runner unregistered, then the hook answered. */
async function endsInOrder({ seen, entries }: World, instanceId: string, jobId: number) {
  const failed = await seen({ subject: 'job', id: jobId, state: 'failed' }, 130_000);
  expect(failed.failureReason).toBe('runner_interrupted');
  const deleted = await seen({ subject: 'manager', state: 'deleted' });
  const completed = await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
  expect(failed.seq).toBeLessThan(deleted.seq);
  expect(deleted.seq).toBeLessThan(completed.seq);
  await seen({ subject: 'instance', state: 'Terminated', instanceId });
  expect(entries({ subject: 'hook', state: 'completed', hook: 'terminate' })).toHaveLength(1);
  return { failed, deleted };
}

describe('T16: a Spot notice during a drain; the earlier deadline counts', () => {
  const terminateHook = { name: 'terminate', heartbeatTimeout: 10, defaultResult: 'CONTINUE' as const };

  it.concurrent('the notice is earlier: the job ends the margin before it, the runner is unregistered in time', async () => {
    const options = { group: { desiredCapacity: 1, terminateHook }, interruptedJobs: 1 };
    await scenario(options, async (world) => {
      const { instanceId, job } = await drainUnderAJob(world);
      world.sandbox.interrupt(instanceId, { inSeconds: 40, hook: 'never' });
      const { at: notice } = await world.seen({ subject: 'instance', state: 'interruption' });
      const { failed, deleted } = await endsInOrder(world, instanceId, job.id);
      // 40 s less the margin of 20 s; the runner then has time to tell GitLab.
      expect((failed.at - notice) / 1000).toBeGreaterThan(15);
      expect((failed.at - notice) / 1000).toBeLessThan(35);
      expect((deleted.at - notice) / 1000).toBeLessThan(40);
    });
  }, 240_000);

  it.concurrent('the drain’s own limit is earlier: the notice does not lengthen it', async () => {
    const options = {
      group: { desiredCapacity: 1, terminateHook },
      config: { lifecycle: { drainLimit: '15s' } },
      interruptedJobs: 1,
    };
    await scenario(options, async (world) => {
      const { instanceId, job } = await drainUnderAJob(world);
      world.sandbox.interrupt(instanceId, { inSeconds: 120, hook: 'never' });
      const { at: began } = await world.seen({ subject: 'instance', state: 'Terminating:Wait' });
      const { failed } = await endsInOrder(world, instanceId, job.id);
      expect((failed.at - began) / 1000).toBeGreaterThan(12);
      expect((failed.at - began) / 1000).toBeLessThan(45);
    });
  }, 240_000);
});
