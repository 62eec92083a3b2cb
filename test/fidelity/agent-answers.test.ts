import { describe, expect, it } from 'vitest';
import { inService, looks, runningJob, serves } from '../scenarios/steps.ts';
import { PATIENT, scenario, type World, type WorldOptions } from '../scenarios/world.ts';

/** What operators and the group itself do to an instance, beside ending it, and how its agent answers. */
const options = (group: WorldOptions['group'], lifecycle: Record<string, unknown> = {}): WorldOptions => ({
  group: { desiredCapacity: 1, maxSize: 1, ...PATIENT, ...group },
  config: { lifecycle, metadata: { timeout: '5s' } },
});

const refresh = (world: World) =>
  world.sandbox.autoscaling.refreshes.start({ scaleInProtected: 'Wait', standby: 'Wait' });

describe('the group replaces an instance', () => {
  it.concurrent('an instance refresh waits for a busy one, which is protected; then it is drained and replaced, and nobody asks for capacity', async () => {
    await scenario(options({}), async (world) => {
      const { seen, entries } = world;
      const instanceId = await inService(world);
      const job = await runningJob(world, 'sleep 8');
      await seen(
        ({ operation, status, params }) =>
          operation === 'SetInstanceProtection' &&
          status === 200 &&
          (params as Record<string, string>).ProtectedFromScaleIn === 'true',
      );
      refresh(world);
      const finished = await seen({ subject: 'job', id: job, state: 'success' });
      const leaving = await seen({ subject: 'instance', state: 'Terminating:Wait', instanceId });
      expect(finished.seq).toBeLessThan(leaving.seq);
      await seen({ subject: 'instance', state: 'Terminated', instanceId });
      await seen(
        ({ subject, state, instanceId: id }) =>
          subject === 'instance' && state === 'InService' && id !== instanceId,
      );
      await serves(world);
      expect(entries({ operation: 'SetDesiredCapacity' })).toEqual([]);
      expect(entries({ operation: 'TerminateInstanceInAutoScalingGroup' })).toEqual([]);
      expect(entries({ subject: 'hook', state: 'completed', hook: 'terminate' })).toHaveLength(1);
    });
  }, 240_000);

  it.concurrent('AZ rebalancing takes it once the other serves: drained, unregistered, answered once', async () => {
    await scenario(options({ maxSize: 2 }), async (world) => {
      const { seen, sandbox, entries } = world;
      const instanceId = await inService(world);
      sandbox.autoscaling.rebalanceZones(instanceId);
      const other = await seen(
        ({ subject, state, instanceId: id }) =>
          subject === 'instance' && state === 'InService' && id !== instanceId,
      );
      const gone = await seen({ subject: 'instance', state: 'Terminated', instanceId });
      expect(other.seq).toBeLessThan(gone.seq);
      expect(entries({ subject: 'manager', state: 'deleted' })).toHaveLength(1);
      expect(sandbox.autoscaling.desiredCapacity).toBe(1);
      await serves(world);
    });
  }, 240_000);
});

describe('an operator holds the group', () => {
  it.concurrent('while Terminate is suspended an idle instance asks for nothing and serves; resumed, it retires', async () => {
    await scenario(options({}, { idleThreshold: '3s' }), async (world) => {
      const { seen, sandbox, entries } = world;
      sandbox.autoscaling.suspended.add('Terminate');
      const instanceId = await inService(world);
      await world.agentIn(instanceId, 'inService.idle');
      await looks(world, 'DescribeAutoScalingInstances', 8);
      expect(entries({ operation: 'TerminateInstanceInAutoScalingGroup' })).toEqual([]);
      await serves(world);
      sandbox.autoscaling.suspended.delete('Terminate');
      await seen({ operation: 'TerminateInstanceInAutoScalingGroup', status: 200 });
      await seen({ subject: 'instance', state: 'Terminated', instanceId });
    });
  }, 240_000);

  it.concurrent('in standby a job goes on, nothing scales or retires; back, it serves with the same registration', async () => {
    await scenario(options({ maxSize: 2 }, { idleThreshold: '3s' }), async (world) => {
      const { seen, sandbox, entries, agentIn } = world;
      const instanceId = await inService(world);
      sandbox.autoscaling.suspended.add('Launch');
      const job = await runningJob(world, 'sleep 8');
      sandbox.autoscaling.move(instanceId, 'Standby', true);
      await agentIn(instanceId, 'standby');
      await seen({ subject: 'job', id: job, state: 'success' });
      await looks(world, 'DescribeAutoScalingInstances', 8);
      expect(entries({ operation: 'TerminateInstanceInAutoScalingGroup' })).toEqual([]);
      expect(entries({ operation: 'SetDesiredCapacity' })).toEqual([]);
      sandbox.autoscaling.move(instanceId, 'InService', false);
      await agentIn(instanceId, 'inService');
      await serves(world);
      expect(entries({ subject: 'manager', state: 'created' })).toHaveLength(1);
      await seen({ subject: 'instance', state: 'Terminated', instanceId });
    });
  }, 240_000);

  it.concurrent('detached under a job it serves on, alone: nothing is answered, scaled or retired', async () => {
    await scenario(options({}, { idleThreshold: '3s' }), async (world) => {
      const { seen, sandbox, entries, agentIn } = world;
      const instanceId = await inService(world);
      const job = await runningJob(world, 'sleep 8');
      sandbox.autoscaling.move(instanceId, 'Detached', true);
      await agentIn(instanceId, 'unmanaged');
      await seen({ subject: 'job', id: job, state: 'success' });
      await looks(world, 'DescribeAutoScalingInstances', 6);
      await serves(world);
      expect(entries({ operation: 'TerminateInstanceInAutoScalingGroup' })).toEqual([]);
      expect(entries({ operation: 'CompleteLifecycleAction' })).toHaveLength(1);
      expect(entries({ operation: 'deleteManager' })).toEqual([]);
    });
  }, 240_000);
});
