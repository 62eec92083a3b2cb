import { expect, test } from 'vitest';
import { initialTransition, transition } from 'xstate';
import { begin, type Snapshot, step } from '../../src/engine/step.ts';
import type { LifecycleInput } from '../../src/lifecycle/events.ts';
import { lifecycleMachine } from '../../src/lifecycle/machine.ts';
import { defaultPolicy } from '../../src/lifecycle/policy.ts';
import { groupView } from '../support/views.ts';

const story: LifecycleInput[] = [
  {
    type: 'discovered',
    group: groupView({ lifecycleState: 'Pending:Wait' }),
    target: 'InService',
    runner: { alive: false, registered: false },
  },
  { type: 'playbook.succeeded', operation: 'init-1', facts: { lifecycleAction: 'completed' } },
  { type: 'group.observed', group: groupView() },
  { type: 'runner.sampled', running: 2, limit: 2, paused: false },
  { type: 'runner.sampled', running: 0, limit: 2, paused: false },
  { type: 'maintenance.noticed', id: 'm', code: 'system-reboot', notBefore: 900_000, notAfter: null },
  { type: 'target.observed', target: 'Terminated' },
  { type: 'group.observed', group: groupView({ lifecycleState: 'Terminating:Wait' }) },
  { type: 'playbook.succeeded', operation: 'unreg-3', facts: { lifecycleAction: 'completed' } },
  { type: 'group.observed', group: null },
];

/** What XState gives for one step, of which ours keeps the commands and the timers. */
const kept = (actions: ReadonlyArray<{ type: string }>) =>
  actions.filter(({ type }) => !type.startsWith('xstate.')).map(({ type }) => type);
const timers = (actions: ReadonlyArray<{ type: string }>) =>
  actions.filter(({ type }) => /^xstate\.(raise|cancel)$/.test(type)).length;

test('a step is what XState’s own transition() makes of it', () => {
  const input = { policy: defaultPolicy, operations: 0 };
  let ours = begin(defaultPolicy, 0);
  let [theirs, actions] = initialTransition(lifecycleMachine, input);
  const states: unknown[] = [];
  const compare = () => {
    expect(ours.snapshot.value).toEqual(theirs.value);
    expect(ours.snapshot.context).toEqual(theirs.context);
    expect(ours.snapshot.status).toBe(theirs.status);
    expect(kept(actions)).toEqual(expect.arrayContaining(ours.commands.map(({ type }) => type)));
    expect(ours.timerChanges).toHaveLength(timers(actions));
  };
  compare();
  for (const happened of story) {
    const event = { ...happened, at: 1_000 };
    ours = step(ours.snapshot, event);
    [theirs, actions] = transition(lifecycleMachine, theirs as Snapshot, event);
    states.push(theirs.value);
    compare();
  }
  expect(states).toContainEqual({ inService: { saturated: 'scalingUp' } });
  expect(states.at(-1)).toBe('released');
});
