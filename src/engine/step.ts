import { type AnyActorScope, createActor, type SnapshotFrom } from 'xstate';
import type { CommandType, LifecycleCommand } from '../lifecycle/commands.ts';
import { initialContext, type LifecycleContext } from '../lifecycle/context.ts';
import type { LifecycleEvent } from '../lifecycle/events.ts';
import { type LifecycleMachine, lifecycleMachine } from '../lifecycle/machine.ts';
import type { LifecyclePolicy } from '../lifecycle/policy.ts';
import type { LifecycleRecord, StateValue, Timer } from './record.ts';

/** The only file that knows how XState spells actions: it turns them into commands and timers. */
export type Snapshot = SnapshotFrom<LifecycleMachine>;

export interface Step {
  snapshot: Snapshot;
  commands: LifecycleCommand[];
  /** In order: a timer set (it replaces one with the same id), or the id of one cancelled. */
  timerChanges: Array<{ set: Timer } | { cancel: string }>;
}

/** A machine as pure functions. */
export interface Steps {
  /** Begins a life, or a boot of one; `operations` is how many were named before on this instance. */
  begin(policy: LifecyclePolicy, now: number, operations?: number): Step;
  /** One event through the machine: the next snapshot and what follows from it. Pure. */
  step(snapshot: Snapshot, event: LifecycleEvent | { type: string; at: number }): Step;
  /** The snapshot of a record, under today's policy. Throws when the record names a state that the chart lacks. */
  restore(value: StateValue, context: Omit<LifecycleContext, 'policy'>, policy: LifecyclePolicy): Snapshot;
}

const commandTypes: ReadonlySet<string> = new Set<CommandType>([
  'discover',
  'observeGroup',
  'playInit',
  'playUnreg',
  'playScaleUp',
  'cancelPlaybook',
  'recordHeartbeat',
  'completeLifecycleAction',
  'terminateInstance',
  'setProtection',
  'markUnhealthy',
  'stopIntake',
  'forceStop',
]);

interface Action {
  type: string;
  params?: unknown;
}

/**
 * The steps of a machine, each as XState's own `transition()` makes it (a test compares the two). That one builds an
 * actor for each event and runs the initial state again, which takes five times as long: here one scope serves all.
 */
export function stepsOf(machine: LifecycleMachine): Steps {
  let actions: Action[] = [];
  const self = createActor(machine);
  const scope: AnyActorScope = {
    self,
    system: self.system,
    id: '',
    sessionId: '',
    logger: () => {},
    defer: () => {},
    stopChild: () => {},
    emit: () => {},
    actionExecutor: (action) => void actions.push(action as Action),
  };
  const run = (take: () => Snapshot, now: number): Step => {
    actions = [];
    return read(take(), actions, now);
  };
  return {
    begin: (policy, now, operations = 0) =>
      run(() => machine.getInitialSnapshot(scope as never, { policy, operations }), now),
    // Timer events carry the names that XState gives them, which its event type does not list.
    step: (snapshot, event) =>
      run(() => machine.transition(snapshot, event as LifecycleEvent, scope as never), event.at),
    // A record may be older than a member of the context: that begins as in a new life.
    restore: (value, context, policy) =>
      machine.resolveState({
        value,
        context: { ...initialContext(policy), ...context, policy },
      } as never) as Snapshot,
  };
}

/** The steps of our machine. */
export const ownSteps = stepsOf(lifecycleMachine);
export const { begin, step, restore } = ownSteps;

/** The context as the record keeps it. */
export function contextOf(snapshot: Snapshot): LifecycleRecord['context'] {
  const { policy: _, ...context } = snapshot.context;
  return context;
}

/** The same poll again: nothing to write, nothing to say. */
export function changesNothing({ snapshot, commands, timerChanges }: Step, before: Snapshot): boolean {
  return (
    commands.length === 0 &&
    timerChanges.length === 0 &&
    JSON.stringify(snapshot.value) === JSON.stringify(before.value) &&
    JSON.stringify(snapshot.context) === JSON.stringify(before.context)
  );
}

function read(snapshot: Snapshot, actions: Action[], now: number): Step {
  const result: Step = { snapshot, commands: [], timerChanges: [] };
  for (const action of actions) {
    if (action.type === 'xstate.raise') {
      const { event, id, delay } = action.params as { event: { type: string }; id?: string; delay?: number };
      result.timerChanges.push({ set: { id: id ?? event.type, event, at: now + (delay ?? 0) } });
    } else if (action.type === 'xstate.cancel') {
      result.timerChanges.push({ cancel: (action.params as { sendId: string }).sendId });
    } else if (commandTypes.has(action.type)) {
      result.commands.push({
        type: action.type,
        ...(action.params as object | undefined),
      } as LifecycleCommand);
    }
  }
  return result;
}
