import { describe, expect, it } from 'vitest';
import { skipHosts } from '../hosts/requirements.ts';
import { waitUntil } from '../hosts/wait-until.ts';
import { hostScenario } from '../world.ts';
import {
  completed,
  gone,
  kill9,
  managers,
  PATIENCE,
  restarts,
  runningJob,
  type Service,
  serves,
  serving,
  TEST_LIMIT,
} from './steps.ts';

const terminateHook = { name: 'terminate', heartbeatTimeout: 30, defaultResult: 'CONTINUE' as const };

describe.skipIf(skipHosts())('services that are killed with SIGKILL', () => {
  it.concurrent(
    'init-runner during L1, at three different moments: systemd starts it again, each host registers once',
    async () => {
      // What each host does when its init-runner dies: nothing yet, the play, the wait for InService.
      await hostScenario({ group: { desiredCapacity: 3 } }, async (world) => {
        const { seen, entries, hosts } = world;
        await waitUntil('three hosts', () => hosts.all().filter(({ boots }) => boots > 0).length === 3);
        const [first, second, third] = hosts.all();
        if (!first || !second || !third) throw new Error('not three hosts');
        await first.waitFor(
          'systemctl is-active --quiet init-runner || systemctl show -p ActiveState init-runner | grep activating',
        );
        await kill9(first, 'init-runner');
        await seen({ operation: 'verifyRunner' }, PATIENCE);
        await kill9(second, 'init-runner');
        await third.waitFor('systemctl is-active gitlab-runner');
        await kill9(third, 'init-runner');
        await serving(world, 3);
        expect(await Promise.all([first, second].map((host) => restarts(host, 'init-runner')))).not.toContain(
          0,
        );
        expect(managers(world)).toBe(3);
        expect(entries({ subject: 'manager', state: 'created' })).toHaveLength(3);
        for (const { name } of [first, second, third])
          expect(completed(world, name)).toEqual(['launch CONTINUE']);
      });
    },
    TEST_LIMIT,
  );

  it.concurrent(
    'monitor-jobs, lifecycle-check and unreg-runner in turn during T1, on a host each: the job ends, each hook is answered once',
    async () => {
      const options = {
        group: { desiredCapacity: 3, terminateHook },
        config: { lifecycle: { idleThreshold: '10m' } },
      };
      await hostScenario(options, async (world) => {
        const { seen, sandbox, entries } = world;
        const victims: Service[] = ['monitor-jobs', 'lifecycle-check', 'unreg-runner'];
        const three = await serving(world, 3);
        sandbox.autoscaling.suspended.add('Launch');
        const jobs = three.map(() => sandbox.gitlab.addJob({ script: ['sleep 40'] }).id);
        for (const id of jobs) await seen({ subject: 'job', id, state: 'running' }, PATIENCE);
        for (const { name } of three) sandbox.autoscaling.terminate(name, true);
        await Promise.all(
          three.map(async (host, index) => {
            const victim = victims[index] as Service;
            if (victim === 'unreg-runner') await world.recordIn(host.name, 'terminating.draining');
            await kill9(host, victim);
          }),
        );
        for (const id of jobs) await seen({ subject: 'job', id, state: 'success' }, PATIENCE);
        await Promise.all(three.map(({ name }) => gone(world, name)));
        expect(managers(world)).toBe(0);
        expect(entries({ subject: 'hook', state: 'timedOut' })).toEqual([]);
      });
    },
    TEST_LIMIT,
  );

  it.concurrent(
    'unreg-runner and lifecycle-check during L2’s abandoning, on a host each: ABANDON is answered once, and no runner is left',
    async () => {
      const options = {
        group: { desiredCapacity: 2 },
        config: { lifecycle: { initAttempts: 1, initTimeout: '12s' } },
      };
      await hostScenario(options, async (world) => {
        const { seen, entries, sandbox, hosts } = world;
        const victims: Service[] = ['unreg-runner', 'lifecycle-check'];
        sandbox.faults.add({ service: 'gitlab', operation: 'requestJob', kind: 'error', status: 500 });
        await waitUntil(
          'two instances',
          () => entries({ subject: 'instance', state: 'Pending' }).length === 2,
        );
        sandbox.autoscaling.suspended.add('Launch');
        await waitUntil('two hosts', () => hosts.all().length === 2);
        const two = hosts.all();
        await Promise.all(
          two.map(async (host, index) => {
            await world.recordIn(host.name, 'launching.abandoning', PATIENCE);
            const victim = victims[index] as Service;
            await host.waitFor(`systemctl is-active ${victim}`);
            await kill9(host, victim);
          }),
        );
        for (const { name } of two) {
          await seen({ subject: 'instance', state: 'Terminated', instanceId: name }, PATIENCE);
          expect(completed(world, name)).toEqual(['launch ABANDON', 'terminate CONTINUE']);
        }
        expect(managers(world)).toBe(0);
      });
    },
    TEST_LIMIT,
  );

  it.concurrent(
    'scale-up while it adds one: monitor-jobs finds out, and no second one is added',
    async () => {
      await hostScenario({ group: { desiredCapacity: 1, maxSize: 3 } }, async (world) => {
        const { seen, entries } = world;
        const [host] = await serving(world, 1);
        if (host === undefined) throw new Error('no host');
        const job = await runningJob(world, 'sleep 20');
        await host.waitFor('systemctl show -p ActiveState scale-up | grep activating');
        await kill9(host, 'scale-up');
        await seen({ subject: 'group', desiredCapacity: 2 }, PATIENCE);
        await seen({ subject: 'job', id: job, state: 'success' }, PATIENCE);
        await serving(world, 2);
        expect(entries({ subject: 'group' })).toHaveLength(1);
        await serves(world);
      });
    },
    TEST_LIMIT,
  );
});
