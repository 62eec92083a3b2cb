import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEntries } from '../../src/engine/journal.ts';
import { scenario, type World } from './world.ts';

/** Neither a heartbeat nor the proof that init waits for gets through, until the hook has timed out. */
async function expire({ sandbox, seen }: World): Promise<string> {
  const remove = [
    sandbox.faults.add({
      service: 'autoscaling',
      operation: 'RecordLifecycleActionHeartbeat',
      kind: 'error',
      status: 500,
    }),
    sandbox.faults.add({ service: 'gitlab', operation: 'requestJob', kind: 'error', status: 503 }),
  ];
  const { instanceId = '' } = await seen({ subject: 'instance', state: 'Pending:Wait' });
  sandbox.autoscaling.suspended.add('Launch');
  await seen({ subject: 'hook', state: 'timedOut', hook: 'launch' });
  for (const undo of remove) undo();
  return instanceId;
}

const hook = (defaultResult: 'CONTINUE' | 'ABANDON') => ({
  name: 'launch',
  heartbeatTimeout: 8,
  defaultResult,
});

const statesOf = ({ dir }: World, instanceId: string): string[] =>
  readEntries(join(dir, 'instances', instanceId, 'state')).map(({ record }) => JSON.stringify(record.value));

describe('L4: the launch hook expired while init ran', () => {
  it.concurrent('and its default let the instance into service: "No active Lifecycle Action" is success', async () => {
    const options = { group: { desiredCapacity: 1, launchHook: hook('CONTINUE') }, timedOut: ['launch'] };
    await scenario(options, async (world) => {
      const { seen, entries, sandbox } = world;
      const instanceId = await expire(world);
      const job = sandbox.gitlab.addJob({ script: ['true'] });
      await seen({ subject: 'job', id: job.id, state: 'success' });
      await world.agentIn(instanceId, 'inService');
      expect(entries({ subject: 'manager', state: 'created' })).toHaveLength(1);
      expect(entries({ operation: 'SetInstanceHealth' })).toEqual([]);
      sandbox.autoscaling.terminate(instanceId, true);
      await seen({ subject: 'instance', state: 'Terminated', instanceId });
      expect(sandbox.gitlab.runners.map(({ managers }) => managers.size)).toEqual([0]);
    });
  }, 240_000);

  it.concurrent('and its default took the instance: init is cut short, the runner unregistered, the terminate hook answered', async () => {
    const options = { group: { desiredCapacity: 1, launchHook: hook('ABANDON') }, timedOut: ['launch'] };
    await scenario(options, async (world) => {
      const { seen, entries, sandbox } = world;
      const instanceId = await expire(world);
      await seen({ subject: 'instance', state: 'Terminated', instanceId });
      const completed = entries({ subject: 'hook', state: 'completed' });
      expect(completed.map(({ hook, result }) => `${hook} ${result}`)).toEqual(['terminate CONTINUE']);
      const states = statesOf(world, instanceId);
      expect(states.filter((state) => state.includes('inService'))).toEqual([]);
      expect(states.some((state) => state.includes('draining'))).toBe(true);
      expect(sandbox.gitlab.runners.map(({ managers }) => managers.size)).toEqual([0]);
    });
  }, 240_000);
});
