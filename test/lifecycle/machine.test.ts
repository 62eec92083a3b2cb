import { describe, expect, it } from 'vitest';
import { drive, inService } from './drive.ts';

const types = (commands: Array<{ type: string }>) => commands.map((command) => command.type);

describe('launching', () => {
  it('registers, joins and serves', () => {
    const machine = drive();
    expect(types(machine.discover({ lifecycleState: 'Pending:Wait' }))).toEqual([
      'recordHeartbeat',
      'playInit',
    ]);
    machine.succeed({ lifecycleAction: 'completed' });
    expect(machine.state).toBe('launching.joining');
    machine.observe({ lifecycleState: 'InService' });
    expect(machine.state).toBe('inService.unknown');
  });

  it('sends heartbeats while init runs and the launch action is open', () => {
    const machine = drive();
    machine.discover({ lifecycleState: 'Pending:Wait' });
    expect(machine.fire('heartbeat')).toContainEqual({ type: 'recordHeartbeat', transition: 'launching' });
    expect(machine.timers.some((timer) => timer.id === 'heartbeat')).toBe(true);
  });

  it('does not ask for completion where the group has no launch hook', () => {
    const machine = drive();
    expect(machine.discover({ lifecycleState: 'Pending', launchHook: null })).toContainEqual({
      type: 'playInit',
      operation: 'init-1',
      completeHook: false,
    });
  });

  it('retries init a bounded number of times, then abandons', () => {
    const machine = drive({ initAttempts: 2 });
    machine.discover({ lifecycleState: 'Pending:Wait' });
    machine.fail();
    expect(machine.state).toBe('launching.retrying');
    machine.fire('retryDelay');
    const commands = machine.fail();
    expect(machine.state).toBe('launching.abandoning.unregistering');
    expect(commands).toContainEqual({
      type: 'playUnreg',
      operation: 'unreg-3',
      transition: 'launching',
      result: 'ABANDON',
      completeHook: true,
    });
    machine.succeed({ lifecycleAction: 'completed' });
    expect(machine.state).toBe('terminating.releasing');
  });

  it('completes a terminate hook that opens after an abandoned launch', () => {
    const machine = drive({ initAttempts: 1 });
    machine.discover({ lifecycleState: 'Pending:Wait' });
    machine.fail();
    machine.succeed({ lifecycleAction: 'completed' });
    expect(machine.observe({ lifecycleState: 'Terminating:Wait' })).toEqual([
      { type: 'completeLifecycleAction', transition: 'terminating', result: 'CONTINUE' },
    ]);
    expect(machine.observe({ lifecycleState: 'Terminating:Wait' })).toEqual([]);
  });

  it('cancels init on a Spot notice and abandons', () => {
    const machine = drive();
    machine.discover({ lifecycleState: 'Pending:Wait' });
    const commands = machine.send({ type: 'interruption.noticed', action: 'terminate', deadline: 1_120_000 });
    expect(types(commands)).toEqual(['cancelPlaybook', 'stopIntake', 'playUnreg']);
    expect(machine.state).toBe('launching.abandoning.unregistering');
  });

  it('starts the runner again after a reboot in service, without touching the hook', () => {
    const machine = drive();
    expect(
      machine.discover({ lifecycleState: 'InService' }, { alive: false, registered: true }),
    ).toContainEqual({
      type: 'playInit',
      operation: 'init-1',
      completeHook: false,
    });
  });
});

describe('capacity', () => {
  it('asks for one more instance in one saturation, however long it lasts', () => {
    const machine = inService();
    expect(types(machine.sample(2))).toContain('playScaleUp');
    machine.succeed({ desiredAfter: 3 });
    for (let poll = 0; poll < 5; poll += 1) expect(machine.sample(2)).toEqual([]);
    machine.observe({ desiredCapacity: 3, activeInstances: 3 });
    expect(machine.state).toBe('inService.saturated.awaitingSlack');
  });

  it('makes no call at the maximum, says why, and goes on when the maximum is raised', () => {
    const machine = inService({ maxSize: 2 });
    expect(types(machine.sample(2))).not.toContain('playScaleUp');
    expect(machine.context.scaleBlocked).toContain('maximum');
    expect(types(machine.observe({ maxSize: 3 }))).toContain('playScaleUp');
  });

  it('does not ask again when the increase of a failed play has taken effect', () => {
    const machine = inService();
    machine.sample(2);
    machine.fail();
    machine.observe({ desiredCapacity: 3, activeInstances: 3 });
    expect(machine.fire('retryDelay')).toEqual([]);
    expect(machine.state).toBe('inService.saturated.awaitingSlack');
  });

  it('asks again when the increase of a failed play was lost', () => {
    const machine = inService();
    machine.sample(2);
    machine.fail();
    machine.observe({});
    expect(types(machine.fire('retryDelay'))).toContain('playScaleUp');
  });

  it('retires with decrement after the idle threshold, against a fresh look at the group', () => {
    const machine = inService();
    machine.fire('idleThreshold');
    expect(machine.state).toBe('inService.retiring.checking');
    expect(machine.observe({})).toEqual([{ type: 'terminateInstance', decrement: true }]);
  });

  it('keeps desired capacity where the group holds more than it desires', () => {
    const machine = inService({ activeInstances: 3 });
    machine.fire('idleThreshold');
    expect(machine.observe({ activeInstances: 3 })).toEqual([
      { type: 'terminateInstance', decrement: false },
    ]);
  });

  it('stays idle at the minimum and retires once the minimum allows it', () => {
    const machine = inService({ minSize: 2 });
    expect(machine.fire('idleThreshold')).toEqual([]);
    expect(machine.state).toBe('inService.idle');
    machine.observe({ minSize: 1 });
    expect(machine.state).toBe('inService.retiring.checking');
  });

  it('takes no silence for idleness', () => {
    const machine = inService();
    machine.send({ type: 'runner.unreadable', reason: 'timeout' });
    expect(machine.state).toBe('inService.unknown');
    expect(machine.timers).toEqual([]);
  });

  it('stops the runner before it asks where no terminate hook would hold a late job', () => {
    const machine = inService({ terminateHook: null });
    machine.fire('idleThreshold');
    expect(types(machine.observe({ terminateHook: null }))).toEqual(['stopIntake', 'playUnreg']);
    expect(types(machine.succeed())).toEqual(['terminateInstance']);
    machine.send({ type: 'termination.refused', message: 'at minimum' });
    expect(machine.state).toBe('inService.repairing.working');
  });

  it('protects the instance while jobs run and sends no command for a poll that changes nothing', () => {
    const machine = inService();
    expect(machine.sample(1)).toContainEqual({ type: 'setProtection', protected: true });
    for (let poll = 0; poll < 100; poll += 1) expect(machine.sample(1)).toEqual([]);
    expect(machine.sample(0)).toContainEqual({ type: 'setProtection', protected: false });
  });
});

describe('terminating', () => {
  it('waits for the API before it acts on what the metadata announces', () => {
    const machine = inService();
    machine.send({ type: 'target.observed', target: 'Terminated' });
    expect(machine.state).toBe('terminating.confirming');
    machine.observe({ lifecycleState: 'InService' });
    expect(machine.state).toBe('terminating.confirming');
    const commands = machine.observe({ lifecycleState: 'Terminating:Wait' });
    expect(types(commands)).toEqual(['stopIntake', 'playUnreg']);
  });

  it('believes the metadata alone when the API has been silent past the limit', () => {
    const machine = inService();
    machine.send({ type: 'target.observed', target: 'Terminated' });
    machine.send({ type: 'group.unreachable', forMs: 59_000 });
    expect(machine.state).toBe('terminating.confirming');
    machine.send({ type: 'group.unreachable', forMs: 60_000 });
    expect(machine.state).toBe('terminating.draining');
  });

  it('forces the runner when the lifecycle action is gone', () => {
    const machine = inService();
    machine.observe({ lifecycleState: 'Terminating:Wait' });
    const commands = machine.send({ type: 'heartbeat.refused', transition: 'terminating', message: 'gone' });
    expect(commands).toEqual([{ type: 'forceStop', signal: 'SIGTERM' }]);
  });

  it('moves the deadline up for a Spot notice during a drain, and never down', () => {
    const machine = inService();
    machine.observe({ lifecycleState: 'Terminating:Wait' });
    machine.send({ type: 'interruption.noticed', action: 'terminate', deadline: 1_120_000 });
    expect(machine.context.deadline).toBe(1_100_000);
    expect(machine.send({ type: 'interruption.noticed', action: 'terminate', deadline: 1_120_000 })).toEqual(
      [],
    );
    machine.fire('deadline');
    expect(machine.state).toBe('terminating.forcing');
  });

  it('retries a failed unreg within its bound, then answers the action itself', () => {
    const machine = inService({}, { unregAttempts: 2 });
    machine.observe({ lifecycleState: 'Terminating:Wait' });
    machine.fail();
    machine.fire('retryDelay');
    expect(machine.fail()).toContainEqual({
      type: 'completeLifecycleAction',
      transition: 'terminating',
      result: 'CONTINUE',
    });
    expect(machine.state).toBe('terminating.releasing');
    machine.send({ type: 'group.observed', group: null });
    expect(machine.state).toBe('released');
  });

  it('never leads back into service once confirmed', () => {
    const machine = inService();
    machine.observe({ lifecycleState: 'Terminating:Wait' });
    machine.observe({ lifecycleState: 'InService' });
    machine.send({ type: 'target.observed', target: 'InService' });
    expect(machine.state).toBe('terminating.draining');
  });
});
