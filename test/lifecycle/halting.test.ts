import { describe, expect, it } from 'vitest';
import { drive, inService } from './drive.ts';

const types = (commands: Array<{ type: string }>) => commands.map((command) => command.type);

const goDown = (machine: ReturnType<typeof drive>, kind: 'poweroff' | 'reboot') =>
  machine.send({ type: 'host.stopping', kind });

const runnerGone = { type: 'runner.process', alive: false } as const;

describe('T17: a host that powers off', () => {
  it('stops the intake and unregisters, without a lifecycle action that nobody opened', () => {
    const machine = inService();
    expect(goDown(machine, 'poweroff')).toEqual([
      { type: 'stopIntake' },
      {
        type: 'playUnreg',
        operation: 'unreg-1',
        transition: 'terminating',
        result: 'CONTINUE',
        completeHook: false,
      },
    ]);
    expect(machine.state).toBe('halting.unregistering');
    expect(machine.succeed()).toEqual([]);
    expect(machine.state).toBe('halting.halted');
  });

  it('forces the runner at the shutdown limit, kills it in time, and is down within the halt limit', () => {
    const machine = inService();
    const began = 1_000_000;
    goDown(machine, 'poweroff');
    expect(machine.timers.find(({ id }) => id === 'deadline')?.at).toBe(began + 60_000);
    expect(machine.fire('deadline')).toEqual([{ type: 'forceStop', signal: 'SIGTERM' }]);
    expect(machine.state).toBe('halting.forcing');
    expect(machine.timers.find(({ id }) => id.includes('forceLimit'))?.at).toBe(began + 75_000);
    expect(machine.fire('forceLimit')).toEqual([{ type: 'forceStop', signal: 'SIGKILL' }]);
    expect(machine.timers.find(({ id }) => id.includes('haltLimit'))?.at).toBe(began + 90_000);
    expect(types(machine.fire('haltLimit'))).toEqual(['cancelPlaybook', 'forceStop']);
    expect(machine.state).toBe('halting.halted');
  });

  it('tries a failed unreg again, and in the end waits for the runner alone', () => {
    const machine = inService({}, { unregAttempts: 2 });
    goDown(machine, 'poweroff');
    expect(types(machine.fail())).toEqual(['playUnreg']);
    expect(machine.fail()).toEqual([]);
    expect(machine.state).toBe('halting.unregistering');
    machine.send(runnerGone);
    expect(machine.state).toBe('halting.halted');
  });

  it('abandons the launch that it cuts off, with the action that is open', () => {
    const machine = drive();
    machine.discover({ lifecycleState: 'Pending:Wait' });
    const commands = goDown(machine, 'poweroff');
    expect(types(commands)).toEqual(['cancelPlaybook', 'stopIntake', 'recordHeartbeat', 'playUnreg']);
    expect(commands).toContainEqual({
      type: 'playUnreg',
      operation: 'unreg-2',
      transition: 'launching',
      result: 'ABANDON',
      completeHook: true,
    });
    expect(machine.succeed({ lifecycleAction: 'completed' })).toEqual([]);
    expect(machine.state).toBe('halting.halted');
  });

  it('answers a terminate action that opens meanwhile before it is down', () => {
    const machine = inService();
    goDown(machine, 'poweroff');
    machine.observe({ lifecycleState: 'Terminating:Wait' });
    expect(machine.state).toBe('halting.unregistering');
    expect(machine.succeed({ lifecycleAction: 'none' })).toEqual([
      { type: 'completeLifecycleAction', transition: 'terminating', result: 'CONTINUE' },
    ]);
    machine.send({ type: 'lifecycleAction.completed', transition: 'terminating', outcome: 'completed' });
    expect(machine.state).toBe('halting.halted');
  });

  it('keeps an open action alive meanwhile', () => {
    const machine = drive();
    machine.discover({ lifecycleState: 'Pending:Wait' });
    goDown(machine, 'poweroff');
    expect(machine.fire('heartbeat')).toContainEqual({ type: 'recordHeartbeat', transition: 'launching' });
  });

  it('does nothing more for an instance of the warm pool', () => {
    const machine = drive();
    machine.discover({ lifecycleState: 'Warmed:Stopped' });
    expect(goDown(machine, 'poweroff')).toEqual([]);
    expect(machine.state).toBe('halting.halted');
  });

  it('takes the earlier deadline of a Spot notice', () => {
    const machine = inService();
    goDown(machine, 'poweroff');
    machine.send({ type: 'interruption.noticed', action: 'terminate', deadline: 1_050_000 });
    expect(machine.timers.find(({ id }) => id === 'deadline')?.at).toBe(1_030_000);
  });
});

describe('T17: a host that reboots', () => {
  it('stops the intake, waits for the runner, and leaves the registration as it is', () => {
    const machine = inService();
    expect(goDown(machine, 'reboot')).toEqual([{ type: 'stopIntake' }]);
    machine.send({ type: 'runner.process', alive: true });
    expect(machine.state).toBe('halting.stopping');
    expect(machine.send(runnerGone)).toEqual([]);
    expect(machine.state).toBe('halting.halted');
  });

  it('forces a runner that does not end', () => {
    const machine = inService();
    goDown(machine, 'reboot');
    expect(machine.fire('deadline')).toEqual([{ type: 'forceStop', signal: 'SIGTERM' }]);
    machine.send(runnerGone);
    expect(machine.state).toBe('halting.halted');
  });

  it('leaves an open launch action to the boot that follows', () => {
    const machine = drive();
    machine.discover({ lifecycleState: 'Pending:Wait' });
    // Which may take a while: it is kept open for as long as can be.
    expect(types(goDown(machine, 'reboot'))).toEqual(['cancelPlaybook', 'stopIntake', 'recordHeartbeat']);
    expect(machine.send(runnerGone)).toEqual([]);
    expect(machine.state).toBe('halting.halted');
  });

  it('unregisters after all when the group takes the instance meanwhile', () => {
    const machine = inService();
    goDown(machine, 'reboot');
    expect(types(machine.observe({ lifecycleState: 'Terminating:Wait' }))).toContain('playUnreg');
    expect(machine.state).toBe('terminating.draining');
    expect(machine.context.deadline).toBe(1_060_000);
  });

  it('looks for the truth again where it did not go down', () => {
    const machine = inService();
    goDown(machine, 'reboot');
    machine.send(runnerGone);
    expect(types(machine.fire('recheck'))).toEqual(['discover']);
    expect(machine.state).toBe('discovering');
    expect(machine.context).toMatchObject({ halt: null, deadline: null });
  });
});

describe('T17: an instance that leaves already is hastened, not begun anew', () => {
  it('in a drain', () => {
    const machine = inService();
    machine.observe({ lifecycleState: 'Terminating:Wait' });
    expect(goDown(machine, 'poweroff')).toEqual([]);
    expect(machine.state).toBe('terminating.draining');
    expect(machine.timers.find(({ id }) => id === 'deadline')?.at).toBe(1_060_000);
    machine.fire('deadline');
    expect(machine.timers.find(({ id }) => id.includes('forceLimit'))?.at).toBe(1_075_000);
  });

  it('in a drain whose play has just failed: it is played again at once', () => {
    const machine = inService();
    machine.observe({ lifecycleState: 'Terminating:Wait' });
    machine.fail();
    expect(types(goDown(machine, 'reboot'))).toContain('playUnreg');
    expect(machine.state).toBe('terminating.draining');
  });

  it('in an abandoned launch', () => {
    const machine = drive({ initAttempts: 1 });
    machine.discover({ lifecycleState: 'Pending:Wait' });
    machine.fail();
    expect(goDown(machine, 'poweroff')).toEqual([]);
    expect(machine.state).toBe('launching.abandoning.unregistering');
    expect(machine.timers.find(({ id }) => id === 'deadline')?.at).toBe(1_060_000);
  });

  it('and one that was only announced is not taken for one that was confirmed', () => {
    const machine = inService();
    machine.send({ type: 'target.observed', target: 'Terminated' });
    expect(types(goDown(machine, 'poweroff'))).toEqual(['stopIntake', 'playUnreg']);
    expect(machine.state).toBe('halting.unregistering');
  });
});
