import { afterEach, expect, it } from 'vitest';
import { LAUNCH, rig, TERMINATE } from './rig.ts';

let on: ReturnType<typeof rig>;
afterEach(() => on.close());

const hooks = { launchHook: LAUNCH, terminateHook: TERMINATE };

it('a pool launches into Warmed:Pending:Wait, stops the machine, and has the launch hook again on the way out', async () => {
  on = rig({ ...hooks, maxSize: 1, warmPool: {} });
  const { id } = on.one();
  expect(on.one().lifecycleState).toBe('Warmed:Pending:Wait');
  expect(on.targetsOf(id)).toEqual(['Warmed:Stopped']);
  on.group.complete(id, 'launch', 'CONTINUE');
  await on.clock.advance(10);
  expect(on.one().lifecycleState).toBe('Warmed:Stopped');
  expect(on.group.machines.get(id)?.state).toBe('stopped');
  on.group.setDesired(1);
  expect(on.one()).toMatchObject({ id, lifecycleState: 'Pending:Wait' });
  on.group.complete(id, 'launch', 'CONTINUE');
  expect(on.one().lifecycleState).toBe('InService');
  expect(on.targetsOf(id)).toEqual(['Warmed:Stopped', 'InService']);
  expect(on.machines).toEqual([`boot ${id}`, `down ${id}`, `start ${id}`]);
});

it('a pool of running instances leaves the machine on', async () => {
  on = rig({ maxSize: 1, warmPool: { poolState: 'Running' } });
  await on.clock.advance(10);
  expect(on.states()).toEqual(['Warmed:Running']);
  on.group.setDesired(1);
  expect(on.states()).toEqual(['InService']);
  expect(on.machines).toEqual([`boot ${on.one().id}`]);
});

it('holds what the maximum leaves beside the desired capacity, or the prepared capacity, and at least its minimum', async () => {
  on = rig({ desiredCapacity: 1, maxSize: 3, warmPool: { poolState: 'Running' } });
  await on.clock.advance(1_000);
  expect(on.states()).toEqual(['InService', 'Warmed:Running', 'Warmed:Running']);
  on.call('PutWarmPool', { MaxGroupPreparedCapacity: '2', MinSize: '0' });
  await on.clock.advance(1_000);
  expect(on.states()).toEqual(['InService', 'Warmed:Running']);
  on.call('PutWarmPool', { MinSize: '2' });
  await on.clock.advance(1_000);
  expect(on.states()).toEqual(['InService', 'Warmed:Running', 'Warmed:Running']);
});

it('with ReuseOnScaleIn an instance goes back through the terminate hook, told where it goes', async () => {
  on = rig({ ...hooks, maxSize: 1, desiredCapacity: 1, warmPool: { reuseOnScaleIn: true } });
  const { id } = on.one();
  on.group.complete(id, 'launch', 'CONTINUE');
  on.group.setDesired(0);
  expect(on.one().lifecycleState).toBe('Terminating:Wait');
  expect(on.targetsOf(id).at(-1)).toBe('Warmed:Stopped');
  on.group.complete(id, 'terminate', 'CONTINUE');
  await on.clock.advance(10);
  expect(on.one()).toMatchObject({ id, lifecycleState: 'Warmed:Stopped' });
  expect(on.statesOf(id).slice(-4)).toEqual([
    'Terminating:Proceed',
    'Warmed:Pending',
    'Warmed:Pending:Proceed',
    'Warmed:Stopped',
  ]);
  expect(on.ids()).toEqual([id]);
});

it('without ReuseOnScaleIn it is terminated, and another is launched into the pool', async () => {
  on = rig({ maxSize: 1, desiredCapacity: 1, warmPool: { poolState: 'Running' } });
  const { id } = on.one();
  on.group.setDesired(0);
  await on.clock.advance(1_000);
  expect(on.states()).toEqual(['Warmed:Running']);
  expect(on.ids()).not.toContain(id);
});

it('a launch that is abandoned in the pool ends in Warmed:Terminating, and is replaced', async () => {
  on = rig({ ...hooks, maxSize: 1, warmPool: {} });
  const { id } = on.one();
  on.group.complete(id, 'launch', 'ABANDON');
  expect(on.statesOf(id).slice(-2)).toEqual(['Warmed:Terminating', 'Warmed:Terminating:Wait']);
  expect(on.targetsOf(id).at(-1)).toBe('Warmed:Terminated');
  on.group.complete(id, 'terminate', 'CONTINUE');
  await on.clock.advance(1_000);
  expect(on.states()).toEqual(['Warmed:Pending:Wait']);
});

it('is described apart from the group, refuses a termination by hand, and goes when it is deleted', async () => {
  on = rig({ maxSize: 1, warmPool: { poolState: 'Running', minSize: 1 } });
  await on.clock.advance(10);
  expect(on.call('DescribeWarmPool')).toMatchObject({
    WarmPoolConfiguration: {
      MinSize: 1,
      PoolState: 'Running',
      InstanceReusePolicy: { ReuseOnScaleIn: false },
    },
    Instances: [{ LifecycleState: 'Warmed:Running' }],
  });
  expect(on.call('DescribeAutoScalingGroups')).toMatchObject({
    AutoScalingGroups: [{ Instances: [], WarmPoolSize: 1 }],
  });
  expect(on.call('DescribeAutoScalingInstances')).toMatchObject({
    AutoScalingInstances: [{ LifecycleState: 'Warmed:Running' }],
  });
  expect(() => on.group.terminate(on.one().id, false)).toThrow('warm pool');
  expect(() => on.call('PutWarmPool', { PoolState: 'Asleep' })).toThrow('not a valid value for PoolState');
  on.call('DeleteWarmPool');
  await on.clock.advance(1_000);
  expect(on.ids()).toEqual([]);
  expect(on.call('DescribeWarmPool')).toEqual({ Instances: [] });
});
