import { afterEach, describe, expect, it } from 'vitest';
import { rig } from './rig.ts';

let on: ReturnType<typeof rig>;
afterEach(() => on.close());

const suspend = (name: string) => on.call('SuspendProcesses', { 'ScalingProcesses.member.1': name });
const resume = (name: string) => on.call('ResumeProcesses', { 'ScalingProcesses.member.1': name });

describe('a suspended process', () => {
  it('Launch: what is desired is not launched until it is resumed', async () => {
    on = rig();
    suspend('Launch');
    on.group.setDesired(1);
    await on.clock.advance(5_000);
    expect(on.ids()).toEqual([]);
    resume('Launch');
    expect(on.states()).toEqual(['InService']);
  });

  it('Terminate: the group takes nothing, though less is desired', async () => {
    on = rig({ desiredCapacity: 1 });
    suspend('Terminate');
    on.group.setDesired(0);
    await on.clock.advance(5_000);
    expect(on.states()).toEqual(['InService']);
    resume('Terminate');
    expect(on.states()).toEqual([]);
  });

  it('ReplaceUnhealthy: an unhealthy instance stays', async () => {
    on = rig({ desiredCapacity: 1 });
    const [id = ''] = on.ids();
    suspend('ReplaceUnhealthy');
    on.group.setHealth(id, 'Unhealthy');
    await on.clock.advance(5_000);
    expect(on.ids()).toEqual([id]);
    resume('ReplaceUnhealthy');
    expect(on.ids()).not.toContain(id);
  });

  it('AZRebalance: the zones stay as they are', async () => {
    on = rig({ desiredCapacity: 1 });
    const [id = ''] = on.ids();
    suspend('AZRebalance');
    on.group.rebalanceZones(id);
    await on.clock.advance(5_000);
    expect(on.ids()).toEqual([id]);
  });
});

describe('AZ rebalancing', () => {
  it('launches the other instance first, then takes the one, and desires no more than before', async () => {
    on = rig({ desiredCapacity: 2 });
    const [id = ''] = on.ids();
    on.group.rebalanceZones(id);
    expect(on.group.instances.size).toBe(3);
    await on.clock.advance(2_000);
    expect(on.states()).toEqual(['InService', 'InService']);
    expect(on.ids()).not.toContain(id);
    expect(on.group.desiredCapacity).toBe(2);
  });
});

describe('scale-in protection', () => {
  it('holds back a scale-in and nothing else', async () => {
    on = rig({ desiredCapacity: 2, newInstancesProtected: true });
    const [first = '', second = ''] = on.ids();
    on.group.setDesired(1);
    expect(on.states()).toEqual(['InService', 'InService']);
    on.group.setProtection(second, false);
    await on.clock.advance(2_000);
    expect(on.ids()).toEqual([first]);
    on.group.terminate(first, true);
    expect(on.ids()).toEqual([]);
  });
});

describe('standby and detach', () => {
  it('standby with decrement takes the instance out of the count, and back it raises the desired capacity', () => {
    on = rig({ desiredCapacity: 2 });
    const [id = ''] = on.ids();
    on.group.move(id, 'Standby', true);
    expect(on.group.desiredCapacity).toBe(1);
    expect(on.statesOf(id).slice(-2)).toEqual(['EnteringStandby', 'Standby']);
    expect(on.targetsOf(id).at(-1)).toBe('Standby');
    on.group.move(id, 'InService', false);
    expect(on.group.desiredCapacity).toBe(2);
    expect(on.states()).toEqual(['InService', 'InService']);
  });

  it('standby without decrement has another instance launched', () => {
    on = rig({ desiredCapacity: 1 });
    on.group.move(on.one().id, 'Standby', false);
    expect(on.states()).toEqual(['InService', 'Standby']);
  });

  it('a detached instance belongs to no group, and its machine goes on', () => {
    on = rig({ desiredCapacity: 1 });
    const [id = ''] = on.ids();
    on.group.move(id, 'Detached', true);
    expect(on.ids()).toEqual([]);
    expect(on.targetsOf(id).at(-1)).toBe('Detached');
    expect(on.group.machines.get(id)?.state).toBe('running');
    expect(on.machines).toEqual([`boot ${id}`]);
  });

  it('only what is in service can be moved, and never below the minimum', () => {
    on = rig({ desiredCapacity: 1, minSize: 1 });
    const [id = ''] = on.ids();
    expect(() => on.group.move(id, 'Standby', true)).toThrow('min size');
    expect(() => on.group.move(id, 'InService', false)).toThrow('not in Standby');
  });
});
