import { describe, expect, it } from 'vitest';
import { inService, looks, scheduledReboot } from '../steps.ts';
import { PATIENT, scenario, type World } from '../world.ts';

const LEAD = 8_000;
const SCHEDULED = 'meta-data/events/maintenance/scheduled';
const options = {
  // No other instance takes the job that waits.
  group: { desiredCapacity: 1, maxSize: 1, ...PATIENT },
  config: { lifecycle: { maintenanceLead: `${LEAD}ms` }, metadata: { timeout: '5s' } },
};

/** A job that nobody takes now; what is waited for meanwhile shows that there was time to. */
async function takesNothing(world: World): Promise<number> {
  const { sandbox } = world;
  // A request for jobs that was under way when the runner was told to stop may still bring one.
  await looks(world, SCHEDULED, 6);
  const job = sandbox.gitlab.addJob({ script: ['true'] });
  await looks(world, SCHEDULED, 6);
  expect(sandbox.gitlab.jobs.find(({ id }) => id === job.id)?.state).toBe('pending');
  return job.id;
}

describe('T8: a scheduled reboot', () => {
  it.concurrent('takes the intake off in time; cancelled under a job, the instance serves again when that has ended', async () => {
    await scenario(options, async (world) => {
      const { seen, sandbox, entries, agentIn } = world;
      const instanceId = await inService(world);
      const running = sandbox.gitlab.addJob({ script: ['sleep 30'] });
      await seen({ subject: 'job', id: running.id, state: 'running' });
      const event = scheduledReboot(Date.now() + LEAD + 5_000);
      sandbox.scheduleMaintenance(instanceId, event);
      await agentIn(instanceId, 'inService.cordoned');
      expect(Date.now()).toBeLessThan(event.notBefore);
      const waiting = await takesNothing(world);
      sandbox.scheduleMaintenance(instanceId, { ...event, state: 'canceled' });
      const ended = await seen({ subject: 'job', id: running.id, state: 'success' });
      const taken = await seen({ subject: 'job', id: waiting, state: 'success' });
      expect(ended.seq).toBeLessThan(taken.seq);
      await agentIn(instanceId, 'inService');
      expect(entries({ subject: 'manager', state: 'created' })).toHaveLength(1);
      expect(entries({ operation: 'deleteManager' })).toEqual([]);
      expect(entries({ operation: 'SetInstanceHealth' })).toEqual([]);
    });
  }, 240_000);

  it.concurrent('over after the reboot, the instance serves again with the same registration', async () => {
    await scenario(options, async (world) => {
      const { seen, sandbox, entries, agentIn } = world;
      const instanceId = await inService(world);
      const event = scheduledReboot(Date.now() + LEAD + 3_000);
      sandbox.scheduleMaintenance(instanceId, event);
      await agentIn(instanceId, 'inService.cordoned');
      const waiting = await takesNothing(world);
      const rebooted = sandbox.reboot(instanceId);
      await seen({ subject: 'machine', state: 'down' });
      sandbox.scheduleMaintenance(instanceId, { ...event, state: 'completed' });
      await rebooted;
      await seen({ subject: 'job', id: waiting, state: 'success' }, 90_000);
      await agentIn(instanceId, 'inService');
      expect(entries({ subject: 'manager', state: 'created' })).toHaveLength(1);
      expect(entries({ operation: 'deleteManager' })).toEqual([]);
      expect(entries({ subject: 'hook', state: 'completed' })).toHaveLength(1);
    });
  }, 240_000);
});
