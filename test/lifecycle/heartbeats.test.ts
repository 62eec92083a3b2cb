import { describe, expect, it } from 'vitest';
import type { GroupView } from '../../src/lifecycle/events.ts';
import { drive, inService } from './drive.ts';

const hook = (heartbeatTimeout: number): GroupView['launchHook'] => ({
  name: 'hook',
  heartbeatTimeout,
  defaultResult: 'ABANDON',
});

const notice = { type: 'interruption.noticed', action: 'terminate', deadline: 1_120_000 } as const;

const beatAt = (machine: ReturnType<typeof drive>) =>
  machine.timers.find(({ id }) => id.includes('heartbeat'))?.at;

describe('heartbeats', () => {
  it('come as often as the hook demands that a drain learns of only after it has begun', () => {
    const machine = drive();
    machine.send(notice);
    expect(machine.state).toBe('terminating.draining');
    const before = beatAt(machine) ?? 0;
    machine.observe({ lifecycleState: 'Terminating:Wait', terminateHook: hook(30_000) });
    expect(beatAt(machine)).toBe(before - 60_000 + 10_000);
    expect(machine.fire('heartbeat')).toContainEqual({ type: 'recordHeartbeat', transition: 'terminating' });
  });

  it('keep a launch action open while a Spot notice drains the instance', () => {
    const machine = drive();
    machine.send(notice);
    machine.observe({ lifecycleState: 'Pending:Wait', launchHook: hook(60_000) });
    expect(machine.fire('heartbeat')).toContainEqual({ type: 'recordHeartbeat', transition: 'launching' });
  });

  it('keep a terminate action open that an operator opens while a launch is abandoned', () => {
    const machine = drive({ initAttempts: 1 });
    machine.discover({ lifecycleState: 'Pending:Wait' });
    machine.fail();
    expect(machine.state).toBe('launching.abandoning.unregistering');
    machine.observe({ lifecycleState: 'Terminating:Wait' });
    expect(machine.fire('heartbeat')).toContainEqual({ type: 'recordHeartbeat', transition: 'terminating' });
  });

  it('are not put off by a group seen again and unchanged', () => {
    const machine = drive();
    machine.discover({ lifecycleState: 'Pending:Wait' });
    const before = beatAt(machine);
    machine.observe({ lifecycleState: 'Pending:Wait' });
    expect(beatAt(machine)).toBe(before);
  });

  it('are not starved by plays that end early, each of which begins the drain anew', () => {
    const machine = drive();
    machine.discover({ lifecycleState: 'Terminating:Wait', terminateHook: hook(60_000) });
    machine.fail();
    expect(machine.state).toBe('terminating.retrying');
    expect(machine.fire('retryDelay')).toContainEqual({ type: 'recordHeartbeat', transition: 'terminating' });
    expect(machine.state).toBe('terminating.draining');
  });

  it('begin with one at once where the host has just started: how long the action has waited nobody tells', () => {
    const launching = drive();
    const pending = launching.discover({ lifecycleState: 'Pending:Wait' });
    expect(pending).toContainEqual({ type: 'recordHeartbeat', transition: 'launching' });
    const leaving = drive();
    const waiting = leaving.discover({ lifecycleState: 'Terminating:Wait' });
    expect(waiting).toContainEqual({ type: 'recordHeartbeat', transition: 'terminating' });
  });

  it('do not begin at once where a drain begins: what AWS does not know yet it refuses, and that ends jobs', () => {
    const machine = inService();
    const commands = machine.observe({ lifecycleState: 'Terminating:Wait' });
    expect(machine.state).toBe('terminating.draining');
    expect(commands.map(({ type }) => type)).not.toContain('recordHeartbeat');
  });
});
