import { describe, expect, it } from 'vitest';
import { skipHosts } from '../hosts/requirements.ts';
import { hostScenario } from '../world.ts';
import {
  gone,
  kill9,
  managers,
  PATIENCE,
  restarts,
  type Service,
  serves,
  serving,
  TEST_LIMIT,
} from './steps.ts';

const UNITS: Service[] = ['init-runner', 'monitor-jobs', 'scale-up', 'lifecycle-check', 'unreg-runner'];

describe.skipIf(skipHosts())('units that are stopped, started and killed by hand', () => {
  it.concurrent(
    'stop, upgrade with restart, and kill -9 of lifecycle-check leave the runner registered; a termination is seen afterwards',
    async () => {
      await hostScenario({ group: { desiredCapacity: 3 } }, async (world) => {
        const { entries, sandbox } = world;
        const [stopped, restarted, killed] = await serving(world, 3);
        if (!stopped || !restarted || !killed) throw new Error('not three hosts');
        await stopped.exec('systemctl stop lifecycle-check');
        expect(await stopped.unit('lifecycle-check.service', 'ExecMainStatus')).toBe('3');
        // An upgrade: another release, and the watcher restarted into it.
        await restarted.exec('cp -r /opt/drover/releases/test /opt/drover/releases/next');
        await restarted.exec('ln -sfn releases/next /opt/drover/current; systemctl restart lifecycle-check');
        await kill9(killed, 'lifecycle-check');
        await killed.waitFor('systemctl is-active lifecycle-check');
        expect(await restarts(killed, 'lifecycle-check')).toBe(1);
        // Whatever OnSuccess= started has left without effect.
        for (const host of [stopped, restarted, killed]) {
          await host.waitFor('! systemctl is-active --quiet unreg-runner');
          await host.exec(
            'for unit in gitlab-runner monitor-jobs; do systemctl is-active $unit || exit 1; done',
          );
        }
        await serves(world);
        expect(managers(world)).toBe(3);
        expect(entries({ subject: 'manager', state: 'deleted' })).toEqual([]);
        await stopped.exec('systemctl start lifecycle-check');
        for (const { name } of [stopped, restarted, killed]) sandbox.autoscaling.terminate(name, true);
        await Promise.all([stopped, restarted, killed].map(({ name }) => gone(world, name)));
      });
    },
    TEST_LIMIT,
  );

  it.concurrent(
    'each unit started by hand in the wrong phase does nothing: in service, and while the instance leaves',
    async () => {
      const terminateHook = { name: 'terminate', heartbeatTimeout: 30, defaultResult: 'CONTINUE' as const };
      await hostScenario({ group: { desiredCapacity: 1, terminateHook } }, async (world) => {
        const { entries, sandbox, seen } = world;
        const [host] = await serving(world, 1);
        if (!host) throw new Error('no host');
        const calls = () =>
          entries({ kind: 'call', mutating: true }).filter(
            ({ operation }) => operation !== 'requestJob' && operation !== 'SetInstanceProtection',
          );
        const before = calls().length;
        for (const unit of UNITS.filter((name) => name !== 'monitor-jobs' && name !== 'lifecycle-check')) {
          await host.exec(['systemctl', 'start', unit]);
          await host.waitFor(`! systemctl is-active --quiet ${unit}`);
        }
        expect(
          calls()
            .slice(before)
            .map(({ operation }) => operation),
        ).toEqual([]);
        expect(await host.journal('init-runner')).toContain('not my phase');
        expect(await host.journal('unreg-runner')).toContain('not my phase');
        await host.exec(
          'for unit in gitlab-runner monitor-jobs lifecycle-check; do systemctl is-active $unit || exit 1; done',
        );
        const { id } = sandbox.gitlab.addJob({ script: ['sleep 25'] });
        await seen({ subject: 'job', id, state: 'running' });
        sandbox.autoscaling.suspended.add('Launch');
        sandbox.autoscaling.terminate(host.name, true);
        await world.recordIn(host.name, 'terminating.draining');
        await host.waitFor('systemctl is-active unreg-runner');
        for (const unit of ['init-runner', 'monitor-jobs', 'scale-up']) {
          await host.exec(['systemctl', 'start', unit], { mayFail: true });
          await host.waitFor(`! systemctl is-active --quiet ${unit}`);
        }
        expect(await host.journal('monitor-jobs')).toContain('not my phase');
        await seen({ subject: 'job', id, state: 'success' }, PATIENCE);
        await gone(world, host.name);
        expect(managers(world)).toBe(0);
      });
    },
    TEST_LIMIT,
  );
});
