import { describe, expect, it } from 'vitest';
import { drive } from './drive.ts';

function draining() {
  const machine = drive();
  machine.discover({ lifecycleState: 'Terminating:Wait' });
  expect(machine.state).toBe('terminating.draining');
  return machine;
}

describe('a terminate action that was not answered and is over', () => {
  it('forces the drain, since EC2 stops the machine now', () => {
    const machine = draining();
    machine.observe({ lifecycleState: 'Terminating:Proceed' });
    machine.fire('deadline');
    expect(machine.state).toBe('terminating.forcing');
    expect(machine.commands).toContainEqual({ type: 'forceStop', signal: 'SIGTERM' });
  });

  it('forces nothing when our own play has answered it and is about to end', () => {
    const machine = draining();
    machine.observe({ lifecycleState: 'Terminating:Proceed' });
    machine.succeed({ lifecycleAction: 'completed', runnersLeft: 0 });
    expect(machine.state).toBe('terminating.releasing');
    expect(machine.timers.map(({ id }) => id)).not.toContain('deadline');
  });

  it('forces nothing where the group has no terminate hook', () => {
    const machine = drive();
    machine.discover({ lifecycleState: 'Terminating', terminateHook: null });
    const before = machine.timers.find(({ id }) => id === 'deadline')?.at;
    machine.observe({ lifecycleState: 'Terminating:Proceed', terminateHook: null });
    expect(machine.timers.find(({ id }) => id === 'deadline')?.at).toBe(before);
  });
});
