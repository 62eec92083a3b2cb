import { describe, expect, it } from 'vitest';
import { inService, runningJob } from '../steps.ts';
import { HOOKS, scenario } from '../world.ts';

/** It is waited for until it has expired. */
const SHORT_HOOK = { ...HOOKS.terminateHook, heartbeatTimeout: 20 };

describe('T17: the host goes down', () => {
  it.concurrent('powers off under a job that ends in time: it ends, the runner is unregistered, no hook is answered', async () => {
    // The group finds the machine off, and its terminate hook waits for an answer that nobody is left to give.
    await scenario(
      { group: { desiredCapacity: 1, terminateHook: SHORT_HOOK }, timedOut: ['terminate'] },
      async (world) => {
        const { seen, sandbox, entries } = world;
        const instanceId = await inService(world);
        sandbox.autoscaling.suspended.add('Launch');
        const job = await runningJob(world, 'sleep 6');
        const down = sandbox.powerOff(instanceId);
        const finished = await seen({ subject: 'job', id: job, state: 'success' });
        const deleted = await seen({ subject: 'manager', state: 'deleted' });
        await down;
        const off = await seen({ subject: 'machine', state: 'down' });
        expect(finished.seq).toBeLessThan(deleted.seq);
        expect(deleted.seq).toBeLessThan(off.seq);
        const began = await seen({ subject: 'machine', state: 'going down' });
        expect((off.at - began.at) / 1000).toBeLessThan(90);
        expect(entries({ operation: 'CompleteLifecycleAction' })).toHaveLength(1);
        await seen({ subject: 'instance', state: 'Terminated', instanceId });
      },
    );
  }, 240_000);

  it.concurrent('is terminated without hook or notice under a job that does not end: SIGTERM at the shutdown limit, unregistered in time', async () => {
    const options = {
      group: { desiredCapacity: 1, terminateHook: undefined, orderlyShutdown: true },
      config: { lifecycle: { shutdownLimit: '10s', haltLimit: '40s' } },
      interruptedJobs: 1,
    };
    await scenario(options, async (world) => {
      const { seen, sandbox } = world;
      const instanceId = await inService(world);
      sandbox.autoscaling.suspended.add('Launch');
      const job = await runningJob(world, 'sleep 600');
      sandbox.autoscaling.terminate(instanceId, true);
      const began = await seen({ subject: 'machine', state: 'going down' });
      const failed = await seen({ subject: 'job', id: job, state: 'failed' });
      expect(failed.failureReason).toBe('runner_interrupted');
      expect((failed.at - began.at) / 1000).toBeGreaterThan(9);
      const deleted = await seen({ subject: 'manager', state: 'deleted' });
      const off = await seen({ subject: 'machine', state: 'down' });
      expect(failed.seq).toBeLessThan(deleted.seq);
      expect(deleted.seq).toBeLessThan(off.seq);
      expect((off.at - began.at) / 1000).toBeLessThan(45);
    });
  }, 240_000);

  it.concurrent('reboots under a job: the job ends, the registration stays, and it serves again', async () => {
    await scenario({ group: { desiredCapacity: 1 } }, async (world) => {
      const { seen, sandbox, entries } = world;
      const instanceId = await inService(world);
      const job = await runningJob(world, 'sleep 6');
      const rebooted = sandbox.reboot(instanceId);
      const finished = await seen({ subject: 'job', id: job, state: 'success' });
      await rebooted;
      const off = await seen({ subject: 'machine', state: 'down' });
      expect(finished.seq).toBeLessThan(off.seq);
      expect(entries({ operation: 'deleteManager' })).toEqual([]);
      const next = sandbox.gitlab.addJob({ script: ['true'] });
      await seen({ subject: 'job', id: next.id, state: 'success' });
      expect(entries({ subject: 'manager', state: 'created' })).toHaveLength(1);
      expect(entries({ subject: 'hook', state: 'completed' })).toHaveLength(1);
    });
  }, 240_000);

  it.concurrent('reboots in the middle of a drain: the drain is hastened, and answered once', async () => {
    const options = {
      group: {
        desiredCapacity: 1,
        terminateHook: { ...HOOKS.terminateHook, heartbeatTimeout: 30 },
        // EC2 would take the machine under the reboot.
        shutdownDelay: 60_000,
      },
      config: { lifecycle: { shutdownLimit: '8s', haltLimit: '40s' } },
      interruptedJobs: 1,
    };
    await scenario(options, async (world) => {
      const { seen, sandbox, entries, agentIn } = world;
      const instanceId = await inService(world);
      sandbox.autoscaling.suspended.add('Launch');
      const job = await runningJob(world, 'sleep 600');
      sandbox.autoscaling.terminate(instanceId, true);
      await agentIn(instanceId, 'terminating.draining');
      const rebooted = sandbox.reboot(instanceId);
      const failed = await seen({ subject: 'job', id: job, state: 'failed' });
      const completed = await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
      expect(failed.seq).toBeLessThan(completed.seq);
      await rebooted;
      await seen({ subject: 'instance', state: 'Terminated', instanceId }, 90_000);
      expect(entries({ subject: 'hook', state: 'completed', hook: 'terminate' })).toHaveLength(1);
    });
  }, 240_000);
});
