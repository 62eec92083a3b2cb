import { describe, expect, it } from 'vitest';
import { drive } from './drive.ts';

const leave = (machine: ReturnType<typeof drive>) => {
  machine.discover({ lifecycleState: 'Terminating:Wait' });
  return machine;
};

const cutShort = (machine: ReturnType<typeof drive>) =>
  machine.send({
    type: 'playbook.failed',
    operation: machine.context.operation ?? '',
    reason: 'interrupted',
    message: 'Drover was stopped while it ran',
    facts: {},
  });

describe('attempts of unreg', () => {
  it('are not used up by an agent that is killed again and again', () => {
    const machine = leave(drive({ unregAttempts: 2 }));
    for (let kills = 0; kills < 5; kills += 1) {
      cutShort(machine);
      expect(machine.state).toBe('terminating.retrying');
      machine.fire('retryDelay');
    }
    machine.fail();
    expect(machine.state).toBe('terminating.retrying');
    machine.fire('retryDelay');
    machine.fail();
    expect(machine.state).toBe('terminating.releasing');
  });

  it('are used up by it once the deadline has passed, so that the hook is not held for ever', () => {
    const machine = leave(drive({ unregAttempts: 2 }));
    machine.fire('deadline');
    expect(machine.state).toBe('terminating.forcing');
    cutShort(machine);
    expect(machine.state).toBe('terminating.forcing');
    cutShort(machine);
    expect(machine.state).toBe('terminating.releasing');
  });
});

describe('before init', () => {
  it('asks for protection where the instance is in service and no terminate hook holds a scale-in back', () => {
    const commands = drive().discover({ lifecycleState: 'InService', terminateHook: null });
    expect(commands.map(({ type }) => type)).toEqual(['setProtection', 'playInit']);
  });

  it('asks for none while the instance is pending, which AWS would refuse', () => {
    const commands = drive().discover({ lifecycleState: 'Pending', terminateHook: null });
    expect(commands.map(({ type }) => type)).toEqual(['playInit']);
  });
});

describe('after a Spot notice', () => {
  it('abandons a launch action that is still open when unreg has ended', () => {
    const machine = drive();
    machine.send({ type: 'interruption.noticed', action: 'terminate', deadline: 1_120_000 });
    machine.succeed({ lifecycleAction: 'none' });
    expect(machine.state).toBe('terminating.releasing');
    expect(machine.observe({ lifecycleState: 'Pending:Wait' })).toEqual([
      { type: 'completeLifecycleAction', transition: 'launching', result: 'ABANDON' },
    ]);
  });
});
