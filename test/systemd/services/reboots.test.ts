import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../src/sandbox/faults.ts';
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
  serves,
  serving,
  TEST_LIMIT,
} from './steps.ts';

const CONFIG = '/etc/gitlab-runner/config.toml';

describe.skipIf(skipHosts())('hosts that go down, with the services', () => {
  it.concurrent(
    'L8 T17: a host that reboots under a job lets it end, keeps its registration with the token that it rotated, and serves again',
    async () => {
      await hostScenario({}, async (world) => {
        const { seen, entries, sandbox } = world;
        // The runner renews a token that has used up three quarters of its life; the next one lasts.
        const [runner] = sandbox.gitlab.runners;
        if (runner === undefined) throw new Error('no runner');
        Object.assign(runner, { tokenExpiresAt: Date.now() + 60_000, tokenLifetime: 3_600_000 });
        sandbox.autoscaling.resize({ desiredCapacity: 1 });
        const host = await oneServing(world);
        const rotated = () => host.read(CONFIG)?.includes(sandbox.gitlab.runners[0]?.token ?? '-') === true;
        await seen({ subject: 'runner', state: 'token reset' }, PATIENCE);
        await waitUntil('the new token in its file', rotated);
        const config = host.read(CONFIG);
        const job = await runningJob(world, 'sleep 8');
        await sandbox.reboot(host.name);
        const finished = await seen({ subject: 'job', id: job, state: 'success' });
        expect(finished.seq).toBeLessThan((await seen({ subject: 'machine', state: 'down' })).seq);
        expect(host.boots).toBe(2);
        await host.waitFor('systemctl is-active monitor-jobs', PATIENCE);
        await serves(world);
        expect(host.read(CONFIG)).toBe(config);
        expect(entries({ subject: 'manager', state: 'created' })).toHaveLength(1);
        expect(entries({ subject: 'manager', state: 'deleted' })).toEqual([]);
        sandbox.autoscaling.terminate(host.name, true);
        await gone(world, host.name);
        expect(managers(world)).toBe(0);
      });
    },
    TEST_LIMIT,
  );

  it.concurrent(
    'a reboot by the host itself in the middle of T1: the drain goes on after it, each hook is answered once',
    async () => {
      const options = {
        group: {
          desiredCapacity: 1,
          terminateHook: { name: 'terminate', heartbeatTimeout: 60, defaultResult: 'CONTINUE' as const },
        },
        config: { lifecycle: { shutdownLimit: '8s', haltLimit: '40s' } },
        interruptedJobs: 1,
      };
      await hostScenario(options, async (world) => {
        const { seen, sandbox } = world;
        const host = await oneServing(world);
        const job = await runningJob(world, 'sleep 600');
        sandbox.autoscaling.suspended.add('Launch');
        sandbox.autoscaling.terminate(host.name, true);
        await waitUntil(
          'the drain',
          async () => (await host.journal('unreg-runner')).includes('playUnreg'),
          PATIENCE,
        );
        await host.shutDown('reboot');
        const failed = await seen({ subject: 'job', id: job, state: 'failed' }, PATIENCE);
        expect(failed.failureReason).toBe('runner_interrupted');
        await gone(world, host.name);
        expect(managers(world)).toBe(0);
      });
    },
    TEST_LIMIT,
  );

  it.concurrent(
    'T17: a host that powers itself off under a job lets it end and unregisters, without hook and notice',
    async () => {
      // Nobody is left to answer the hook.
      const terminateHook = { name: 'terminate', heartbeatTimeout: 10, defaultResult: 'CONTINUE' as const };
      const options = { group: { desiredCapacity: 1, terminateHook }, timedOut: ['terminate'] };
      await hostScenario(options, async (world) => {
        const { seen, sandbox } = world;
        const host = await oneServing(world);
        sandbox.autoscaling.suspended.add('Launch');
        const job = await runningJob(world, 'sleep 6');
        await sandbox.powerOff(host.name);
        const finished = await seen({ subject: 'job', id: job, state: 'success' });
        const deleted = await seen({ subject: 'manager', state: 'deleted' });
        const down = await seen({ subject: 'machine', state: 'down' });
        expect(finished.seq).toBeLessThan(deleted.seq);
        expect(deleted.seq).toBeLessThan(down.seq);
        await seen({ subject: 'instance', state: 'Terminated', instanceId: host.name }, PATIENCE);
      });
    },
    TEST_LIMIT,
  );

  it.concurrent(
    'L8: monitor-jobs that is restarted in service registers nothing a second time',
    async () => {
      await hostScenario({ group: { desiredCapacity: 1 } }, async (world) => {
        const { entries } = world;
        const host = await oneServing(world);
        const verified = entries({ operation: 'verifyRunner' }).length;
        await host.exec('systemctl restart monitor-jobs');
        await host.waitFor('systemctl is-active monitor-jobs');
        await serves(world);
        expect(entries({ operation: 'verifyRunner' })).toHaveLength(verified);
        expect(completed(world, host.name)).toEqual(['launch CONTINUE']);
      });
    },
    TEST_LIMIT,
  );

  it.concurrent(
    'a metadata outage across all: nothing is inferred, jobs go on; a termination afterwards is seen by each',
    async () => {
      const OUTAGES: Pick<FaultRule, 'kind' | 'status'>[] = [
        { kind: 'error', status: 503 },
        { kind: 'hang' },
      ];
      await hostScenario({ group: { desiredCapacity: 3 } }, async (world) => {
        const { seen, entries, sandbox } = world;
        const three = await serving(world, 3);
        for (const outage of OUTAGES) {
          const remove = sandbox.faults.add({ service: 'metadata', operation: '*', ...outage });
          const from = sandbox.log.entries.length;
          const struck = new Set<string>();
          await seen(({ seq, service, fault, instanceId = '' }) => {
            if (seq > from && service === 'metadata' && fault === outage.kind) struck.add(instanceId);
            return struck.size === 3;
          }, PATIENCE);
          await serves(world);
          remove();
        }
        for (const host of three)
          await host.exec(
            'for unit in gitlab-runner monitor-jobs lifecycle-check; do systemctl is-active $unit || exit 1; done',
          );
        expect(entries({ subject: 'manager', state: 'deleted' })).toEqual([]);
        for (const { name } of three) sandbox.autoscaling.terminate(name, true);
        await Promise.all(three.map(({ name }) => gone(world, name)));
      });
    },
    TEST_LIMIT,
  );
});
