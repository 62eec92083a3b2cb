import { describe, expect, it } from 'vitest';
import { scheduledReboot } from '../../scenarios/steps.ts';
import { skipHosts } from '../hosts/requirements.ts';
import { hostScenario } from '../world.ts';
import { completed, managers, oneServing, PATIENCE, runningJob, serves, TEST_LIMIT } from './steps.ts';

describe.skipIf(skipHosts())('warm pool and maintenance, with the services', () => {
  it.concurrent(
    'L6: a stopped warm pool: nothing is registered in it; out of it, back under a job, and out again is a new life',
    async () => {
      const group = {
        maxSize: 1,
        warmPool: { poolState: 'Stopped', minSize: 0, reuseOnScaleIn: true } as const,
      };
      await hostScenario({ group }, async (world) => {
        const { seen, sandbox, entries } = world;
        const ready = await seen({ subject: 'instance', state: 'Warmed:Stopped' }, PATIENCE);
        const { instanceId = '' } = ready;
        expect(completed(world, instanceId)).toEqual(['launch CONTINUE']);
        expect(entries({ operation: 'verifyRunner' })).toEqual([]);
        const host = world.hosts.of(instanceId);
        expect(host.pid).toBeNull();
        sandbox.autoscaling.resize({ desiredCapacity: 1 });
        await oneServing(world);
        await serves(world);
        expect(managers(world)).toBe(1);
        const job = await runningJob(world, 'sleep 8');
        await seen({ operation: 'SetInstanceProtection', status: 200 }, PATIENCE);
        sandbox.autoscaling.setProtection(instanceId, false);
        sandbox.autoscaling.resize({ desiredCapacity: 0 });
        const finished = await seen({ subject: 'job', id: job, state: 'success' }, PATIENCE);
        const back = await seen(
          (entry) => entry.seq > finished.seq && entry.state === 'Warmed:Stopped',
          PATIENCE,
        );
        expect(managers(world)).toBe(0);
        sandbox.autoscaling.resize({ desiredCapacity: 1 });
        await seen((entry) => entry.seq > back.seq && entry.state === 'InService', PATIENCE);
        await serves(world);
        expect(entries({ subject: 'manager', state: 'created' })).toHaveLength(2);
        expect(host.boots).toBe(3);
      });
    },
    TEST_LIMIT,
  );

  it.concurrent(
    'T8: maintenance takes the intake off in time; over after the reboot, the host serves again',
    async () => {
      const LEAD = 10_000;
      const options = {
        group: { desiredCapacity: 1, maxSize: 1 },
        config: { lifecycle: { maintenanceLead: `${LEAD}ms` } },
      };
      await hostScenario(options, async (world) => {
        const { seen, sandbox, entries } = world;
        const host = await oneServing(world);
        const notBefore = Date.now() + LEAD + 5_000;
        const event = scheduledReboot(notBefore);
        sandbox.scheduleMaintenance(host.name, event);
        await world.recordIn(host.name, 'inService.cordoned');
        await host.waitFor('! systemctl is-active --quiet gitlab-runner');
        const waiting = sandbox.gitlab.addJob({ script: ['true'] });
        const rebooted = sandbox.reboot(host.name);
        await seen({ subject: 'machine', state: 'down' }, PATIENCE);
        expect(waiting.state).toBe('pending');
        sandbox.scheduleMaintenance(host.name, { ...event, state: 'completed' });
        await rebooted;
        await seen({ subject: 'job', id: waiting.id, state: 'success' }, PATIENCE);
        expect(entries({ subject: 'manager', state: 'created' })).toHaveLength(1);
        expect(completed(world, host.name)).toEqual(['launch CONTINUE']);
      });
    },
    TEST_LIMIT,
  );
});
