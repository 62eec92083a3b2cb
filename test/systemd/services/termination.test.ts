import { describe, expect, it } from 'vitest';
import { skipHosts } from '../hosts/requirements.ts';
import { waitUntil } from '../hosts/wait-until.ts';
import { hostScenario } from '../world.ts';
import {
  completed,
  gone,
  managers,
  oneServing,
  PATIENCE,
  runningJob,
  showsPage,
  TEST_LIMIT,
  withPage,
} from './steps.ts';

const terminateHook = { name: 'terminate', heartbeatTimeout: 15, defaultResult: 'CONTINUE' as const };
/** A Spot notice of 40 s, with a margin to match: 120 s would only take longer. */
const shortNotice = { lifecycle: { interruptionMargin: '20s' } };

describe.skipIf(skipHosts())('the end of an instance, with the services', () => {
  it.concurrent(
    'T5: a Spot notice under a long job: intake off at once, SIGTERM at the margin, unregistered in time; the page tells',
    async () => {
      const options = {
        group: { desiredCapacity: 1, terminateHook },
        config: { ...shortNotice, ...withPage, runner: { concurrent: 2 } },
        interruptedJobs: 1,
      };
      await hostScenario(options, async (world) => {
        const { seen, sandbox, hosts } = world;
        // The page goes with the record: from init-runner to monitor-jobs, and on to unreg-runner.
        await waitUntil('a host that boots', () => hosts.all().length === 1);
        for (const booting of hosts.all()) await showsPage(booting, 'launching.registering');
        const host = await oneServing(world);
        await showsPage(host, 'inService');
        const id = await runningJob(world, 'sleep 600');
        sandbox.autoscaling.suspended.add('Launch');
        sandbox.interrupt(host.name, { inSeconds: 45 });
        const notice = await seen({ subject: 'instance', state: 'interruption' });
        await host.waitFor('systemctl show -p ActiveState gitlab-runner | grep deactivating');
        await showsPage(host, 'terminating.draining');
        const late = sandbox.gitlab.addJob({ script: ['true'] });
        const failed = await seen({ subject: 'job', id, state: 'failed' }, PATIENCE);
        expect(failed.failureReason).toBe('runner_interrupted');
        expect((failed.at - notice.at) / 1000).toBeGreaterThan(20);
        const deleted = await seen({ subject: 'manager', state: 'deleted' });
        expect((deleted.at - notice.at) / 1000).toBeLessThan(45);
        expect(late.state).toBe('pending');
        await gone(world, host.name);
      });
    },
    TEST_LIMIT,
  );

  it.concurrent(
    'T6: a Spot notice during init: it is cancelled, nothing stays registered, the launch hook gets ABANDON',
    async () => {
      await hostScenario({ group: { desiredCapacity: 1 } }, async (world) => {
        const { seen, sandbox } = world;
        // GitLab answers no request for jobs: the play waits for the proof.
        sandbox.faults.add({ service: 'gitlab', operation: 'requestJob', kind: 'error', status: 500 });
        const { instanceId = '' } = await seen({ subject: 'instance', state: 'Pending' });
        await seen({ subject: 'manager', state: 'created' }, PATIENCE);
        sandbox.autoscaling.suspended.add('Launch');
        sandbox.interrupt(instanceId, { inSeconds: 90, hook: 'never' });
        await seen({ subject: 'hook', state: 'completed', hook: 'launch', instanceId }, PATIENCE);
        await seen({ subject: 'instance', state: 'Terminated', instanceId }, PATIENCE);
        expect(completed(world, instanceId)).toEqual(['launch ABANDON', 'terminate CONTINUE']);
        expect(managers(world)).toBe(0);
      });
    },
    TEST_LIMIT,
  );

  it.concurrent(
    'T15: without a terminate hook neither scale-in nor our own retirement loses a job',
    async () => {
      const options = {
        group: { desiredCapacity: 2, terminateHook: undefined },
        // With two slots one job saturates nobody.
        config: { lifecycle: { idleThreshold: '8s' }, runner: { concurrent: 2 } },
      };
      await hostScenario(options, async (world) => {
        const { seen, sandbox } = world;
        const id = await runningJob(world, 'sleep 20');
        await seen({ subject: 'job', id, state: 'success' }, PATIENCE);
        let gone = 0;
        await seen(({ subject, state }) => {
          if (subject === 'instance' && state === 'Terminated') gone += 1;
          return gone === 2;
        }, PATIENCE);
        expect(sandbox.autoscaling.desiredCapacity).toBe(0);
        expect(managers(world)).toBe(0);
      });
    },
    TEST_LIMIT,
  );

  it.concurrent(
    'T16: a Spot notice during the drain of T1: the earlier deadline counts',
    async () => {
      const options = {
        group: { desiredCapacity: 1, terminateHook },
        config: shortNotice,
        interruptedJobs: 1,
      };
      await hostScenario(options, async (world) => {
        const { seen, sandbox } = world;
        const host = await oneServing(world);
        const id = await runningJob(world, 'sleep 600');
        sandbox.autoscaling.suspended.add('Launch');
        sandbox.autoscaling.terminate(host.name, true);
        await seen({ subject: 'hook', state: 'heartbeat', hook: 'terminate' }, PATIENCE);
        sandbox.interrupt(host.name, { inSeconds: 40, hook: 'never' });
        const notice = await seen({ subject: 'instance', state: 'interruption' });
        const failed = await seen({ subject: 'job', id, state: 'failed' }, PATIENCE);
        expect((failed.at - notice.at) / 1000).toBeGreaterThan(15);
        const deleted = await seen({ subject: 'manager', state: 'deleted' });
        expect((deleted.at - notice.at) / 1000).toBeLessThan(40);
        await gone(world, host.name);
      });
    },
    TEST_LIMIT,
  );
});
