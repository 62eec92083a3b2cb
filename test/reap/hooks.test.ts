import { afterEach, describe, expect, test } from 'vitest';
import { type ReapWorld, type ReapWorldOptions, reapWorld } from './world.ts';

let world: ReapWorld;
afterEach(() => world.close());

const launchHook = { name: 'launching', heartbeatTimeout: 600, defaultResult: 'ABANDON' } as const;
const terminateHook = { name: 'terminating', heartbeatTimeout: 600, defaultResult: 'ABANDON' } as const;

const stateOf = (id: string) => world.sandbox.autoscaling.instances.get(id)?.lifecycleState;
const completed = () =>
  world.sandbox.log.entries.flatMap((entry) =>
    entry.subject === 'hook' && entry.state === 'completed' ? [[entry.hook, entry.result]] : [],
  );

/** Two instances that wait for the terminate hook; the agent of neither answers, and EC2 has lost the first. */
async function waiting(options: ReapWorldOptions = {}): Promise<[string, string]> {
  world = await reapWorld({ ...options, group: { terminateHook, ...options.group } });
  const [dead = '', draining = ''] = world.ids;
  world.sandbox.autoscaling.terminate(dead, true);
  world.sandbox.autoscaling.terminate(draining, true);
  world.sandbox.autoscaling.terminateMachine(dead);
  return [dead, draining];
}

describe('the terminate hook', () => {
  test('of an instance that EC2 has terminated is completed; that of a running one is never touched', async () => {
    const [dead, draining] = await waiting();
    const { summary, told } = await world.reap();
    expect(summary).toMatchObject({ removed: { hooks: 1 }, living: 1, left: 0 });
    expect(told).toContainEqual(
      expect.objectContaining({
        event: 'hook',
        outcome: 'removed',
        hook: 'terminating',
        instanceId: dead,
        transition: 'terminating',
      }),
    );
    expect([stateOf(dead), stateOf(draining)]).toEqual([undefined, 'Terminating:Wait']);
    expect(completed()).toEqual([['terminating', 'CONTINUE']]);
  });

  test('that is not configured as ours stays open', async () => {
    const [dead] = await waiting();
    world.sandbox.autoscaling.hooks.push({ ...terminateHook, name: 'backup', transition: 'terminating' });
    const { summary, told } = await world.reap();
    expect(summary).toMatchObject({ removed: { hooks: 0 }, unknown: 1, left: 0 });
    expect(told).toContainEqual(
      expect.objectContaining({ event: 'unknown', mend: 'name it in autoscaling.terminateHook' }),
    );
    expect(stateOf(dead)).toBe('Terminating:Wait');
  });

  test('of a group that was not named is not looked at', async () => {
    const [dead] = await waiting();
    const { summary, told } = await world.reap({ groups: [] });
    expect(summary).toMatchObject({ removed: { hooks: 0 }, left: 0 });
    expect(told).toContainEqual(
      expect.objectContaining({ event: 'note', message: expect.stringContaining('--group') }),
    );
    expect(stateOf(dead)).toBe('Terminating:Wait');
  });

  test('that was completed meanwhile is gone, not a failure', async () => {
    const [dead] = await waiting();
    world.sandbox.faults.add({
      service: 'autoscaling',
      operation: 'CompleteLifecycleAction',
      kind: 'lost',
      times: 1,
    });
    expect((await world.reap()).summary).toMatchObject({ removed: { hooks: 0 }, gone: 1, left: 0 });
    expect(stateOf(dead)).toBeUndefined();
  });

  test('stays open, and the run fails, when Auto Scaling does not take the answer', async () => {
    const [dead] = await waiting();
    world.sandbox.faults.add({
      service: 'autoscaling',
      operation: 'CompleteLifecycleAction',
      kind: 'error',
      status: 403,
      code: 'AccessDenied',
    });
    const { summary, told } = await world.reap();
    expect(summary).toMatchObject({ removed: { hooks: 0 }, left: 1 });
    expect(told).toContainEqual(
      expect.objectContaining({ outcome: 'left', message: expect.stringContaining('AccessDenied') }),
    );
    expect(stateOf(dead)).toBe('Terminating:Wait');
  });
});

test('the launch hook of an instance that EC2 has terminated is abandoned', async () => {
  world = await reapWorld({ instances: 1, group: { launchHook } });
  const [dead = ''] = world.ids;
  expect(stateOf(dead)).toBe('Pending:Wait');
  expect((await world.reap()).summary).toMatchObject({ removed: { hooks: 0 }, living: 1 });
  world.sandbox.autoscaling.terminateMachine(dead);
  expect((await world.reap()).summary).toMatchObject({ removed: { hooks: 1 }, left: 0 });
  expect(completed()).toEqual([['launching', 'ABANDON']]);
});
