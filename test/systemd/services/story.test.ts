import { describe, expect, it } from 'vitest';
import { skipHosts } from '../hosts/requirements.ts';
import { hostScenario } from '../world.ts';
import {
  gone,
  managers,
  oneServing,
  PATIENCE,
  runningJob,
  serving,
  showsPage,
  TEST_LIMIT,
  withPage,
} from './steps.ts';

const terminateHook = { name: 'terminate', heartbeatTimeout: 15, defaultResult: 'CONTINUE' as const };

describe.skipIf(skipHosts())('the story of three hosts, driven by the services', () => {
  it.concurrent(
    'L1 C1 T1 C5: they launch, saturate, one is drained under a job, the others retire; each unit’s journal tells it',
    async () => {
      const options = {
        group: { desiredCapacity: 2, maxSize: 3, terminateHook },
        config: { lifecycle: { idleThreshold: '40s' } },
      };
      await hostScenario(options, async (world) => {
        const { seen, entries, sandbox, hosts } = world;
        const two = await serving(world, 2);
        expect(entries({ subject: 'manager', state: 'created' })).toHaveLength(2);
        for (const host of two) {
          expect(await host.unit('gitlab-runner.service', 'UnitFileState')).toBe('disabled');
          expect(await host.unit('init-runner.service', 'Result')).toBe('success');
        }
        // Both are full: the group grows by one, and the queue goes there.
        const jobs = [await runningJob(world, 'sleep 20'), await runningJob(world, 'sleep 20')];
        await seen({ subject: 'group', desiredCapacity: 3 }, PATIENCE);
        await serving(world, 3);
        for (const id of jobs) await seen({ subject: 'job', id, state: 'success' }, PATIENCE);
        expect(entries({ subject: 'group' })).toHaveLength(1);
        // An operator takes one under a job three times as long as the hook's timeout.
        const id = await runningJob(world, 'sleep 46');
        const busy = await busyHost(world);
        const systemId = busy.read('/etc/gitlab-runner/.runner_system_id')?.trim() ?? '';
        sandbox.autoscaling.suspended.add('Launch');
        sandbox.autoscaling.terminate(busy.name, true);
        const finished = await seen({ subject: 'job', id, state: 'success' }, PATIENCE);
        const answered = await seen(
          { subject: 'hook', state: 'completed', hook: 'terminate', instanceId: busy.name },
          PATIENCE,
        );
        expect(
          entries({ subject: 'hook', state: 'heartbeat', instanceId: busy.name }).length,
        ).toBeGreaterThan(1);
        const deleted = entries({ subject: 'manager', state: 'deleted', systemId })[0];
        expect(finished.seq).toBeLessThan(deleted?.seq ?? 0);
        expect(deleted?.seq).toBeLessThan(answered.seq);
        // The rest have nothing to do: they retire.
        await Promise.all(hosts.all().map((host) => gone(world, host.name)));
        expect(sandbox.autoscaling.desiredCapacity).toBe(0);
        expect(managers(world)).toBe(0);
        expect(await busy.journal('init-runner')).toContain('"to":"launching.registering"');
        expect(await busy.journal('lifecycle-check')).toContain('the notice is written');
        expect(await busy.journal('unreg-runner')).toContain('"command":"playUnreg"');
        const grew = await Promise.all(two.map((host) => host.journal('scale-up')));
        expect(grew.join('')).toContain('the desired capacity is raised');
      });
    },
    TEST_LIMIT,
  );

  it.concurrent(
    'L1 T1 with one daemon, drover.service, in place of the five; its status page is served on the host',
    async () => {
      const options = {
        mode: 'agent' as const,
        group: { desiredCapacity: 1, terminateHook },
        config: withPage,
      };
      await hostScenario(options, async (world) => {
        const { seen, sandbox } = world;
        const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' }, PATIENCE);
        await world.recordIn(instanceId, 'inService');
        const id = await runningJob(world, 'sleep 35');
        await showsPage(world.hosts.of(instanceId), 'inService');
        sandbox.autoscaling.suspended.add('Launch');
        sandbox.autoscaling.terminate(instanceId, true);
        await showsPage(world.hosts.of(instanceId), 'terminating.draining');
        await seen({ subject: 'job', id, state: 'success' }, PATIENCE);
        await gone(world, instanceId);
        expect(managers(world)).toBe(0);
      });
    },
    TEST_LIMIT,
  );

  it.concurrent(
    'L7: copies of a host that served: each has its own runner manager and its own record',
    async () => {
      // The copied host's manager stays: it lost its power.
      await hostScenario({ group: { desiredCapacity: 1 }, ghosts: true }, async (world) => {
        const { sandbox, hosts } = world;
        const baked = await oneServing(world);
        sandbox.autoscaling.suspended.add('Launch');
        await baked.cutPower();
        hosts.bake(baked);
        sandbox.autoscaling.lost(baked.name);
        sandbox.autoscaling.resize({ desiredCapacity: 2 });
        sandbox.autoscaling.suspended.delete('Launch');
        const copies = await serving(world, 3);
        expect(copies).toHaveLength(2);
        const systemIds = [baked, ...copies].map((host) => host.read('/etc/gitlab-runner/.runner_system_id'));
        expect(new Set(systemIds).size).toBe(3);
        expect(managers(world)).toBe(3);
        for (const copy of copies) {
          expect((await copy.exec('cat /etc/machine-id')).stdout).toBe(baked.read('/etc/machine-id')?.trim());
          expect(await copy.journal('init-runner')).toContain('record of another instance set aside');
        }
      });
    },
    TEST_LIMIT,
  );

  it.concurrent(
    'C5: a single idle host asks the group to terminate it with decrement',
    async () => {
      const options = { group: { desiredCapacity: 1 }, config: { lifecycle: { idleThreshold: '3s' } } };
      await hostScenario(options, async (world) => {
        const host = await oneServing(world);
        await gone(world, host.name);
        expect(world.entries({ operation: 'TerminateInstanceInAutoScalingGroup' })).toHaveLength(1);
        expect(managers(world)).toBe(0);
      });
    },
    TEST_LIMIT,
  );
});

/** The host whose runner has the one running job. */
async function busyHost({ sandbox, hosts }: Parameters<Parameters<typeof hostScenario>[1]>[0]) {
  const systemId = sandbox.gitlab.jobs.find(({ state }) => state === 'running')?.systemId;
  const host = hosts
    .all()
    .find((one) => one.read('/etc/gitlab-runner/.runner_system_id')?.trim() === systemId);
  if (host === undefined) throw new Error(`no host has the runner ${systemId}`);
  return host;
}
