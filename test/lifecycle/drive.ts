import { type StateValue, stateName, type Timer } from '../../src/engine/record.ts';
import { begin, type Step, step } from '../../src/engine/step.ts';
import type { LifecycleCommand } from '../../src/lifecycle/commands.ts';
import type { LifecycleInput } from '../../src/lifecycle/events.ts';
import { defaultPolicy, type LifecyclePolicy } from '../../src/lifecycle/policy.ts';
import { groupView } from '../support/views.ts';

/** Drives the pure machine: `send` an input, look at the state and the commands it gave. */
export function drive(policy: Partial<LifecyclePolicy> = {}) {
  let at = 1_000_000;
  let timers: Timer[] = [];
  let current: Step = begin({ ...defaultPolicy, ...policy }, at);
  const all: LifecycleCommand[] = [...current.commands];
  const absorb = (next: Step) => {
    for (const change of next.timerChanges) {
      const id = 'set' in change ? change.set.id : change.cancel;
      timers = timers.filter((timer) => timer.id !== id);
      if ('set' in change) timers.push(change.set);
    }
    current = next;
    all.push(...next.commands);
    return next.commands;
  };
  absorb(current);
  all.length = current.commands.length;
  const machine = {
    get state() {
      return stateName(current.snapshot.value as StateValue);
    },
    get context() {
      return current.snapshot.context;
    },
    get timers() {
      return timers;
    },
    commands: all,
    send: (input: LifecycleInput) => absorb(step(current.snapshot, { ...input, at })),
    /** Lets time pass until the named timer fires. */
    fire(name: string) {
      const timer = timers.find((candidate) => candidate.id.includes(name));
      if (timer === undefined) throw new Error(`no timer ${name}: ${timers.map((t) => t.id).join(', ')}`);
      at = timer.at;
      timers = timers.filter((other) => other !== timer);
      return absorb(step(current.snapshot, { ...timer.event, at }));
    },
    succeed: (facts = {}) =>
      machine.send({
        type: 'playbook.succeeded',
        operation: current.snapshot.context.operation ?? '',
        facts,
      }),
    fail: () =>
      machine.send({
        type: 'playbook.failed',
        operation: current.snapshot.context.operation ?? '',
        reason: 'failed',
        message: 'a task failed',
        facts: {},
      }),
    discover: (changes: Parameters<typeof groupView>[0], runner = { alive: false, registered: false }) =>
      machine.send({ type: 'discovered', group: groupView(changes), target: 'InService', runner }),
    observe: (changes: Parameters<typeof groupView>[0]) =>
      machine.send({ type: 'group.observed', group: groupView(changes) }),
    sample: (running: number, limit = 2) =>
      machine.send({ type: 'runner.sampled', running, limit, paused: false }),
  };
  return machine;
}

/** A machine that serves, with one idle sample behind it. */
export function inService(
  changes: Parameters<typeof groupView>[0] = {},
  policy: Partial<LifecyclePolicy> = {},
) {
  const machine = drive(policy);
  machine.discover(changes, { alive: true, registered: true });
  machine.sample(0);
  return machine;
}
