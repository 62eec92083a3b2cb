import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import type { CommandType, LifecycleCommand } from '../lifecycle/commands.ts';
import type { LifecycleContext } from '../lifecycle/context.ts';
import type { LifecycleEvent } from '../lifecycle/events.ts';
import { type LifecycleMachine, lifecycleMachine } from '../lifecycle/machine.ts';
import type { LifecyclePolicy } from '../lifecycle/policy.ts';
import type { StateValue, Timer } from './record.ts';

/** The only file that knows how XState spells actions: it turns them into commands and timers. */
export type Snapshot = SnapshotFrom<LifecycleMachine>;

export interface Step {
  snapshot: Snapshot;
  commands: LifecycleCommand[];
  /** In order: a timer set (it replaces one with the same id), or the id of one cancelled. */
  timerChanges: Array<{ set: Timer } | { cancel: string }>;
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

/** Begins a life, or a boot of one; `operations` is how many were named before on this instance. */
export function begin(policy: LifecyclePolicy, now: number, operations = 0): Step {
  const [snapshot, actions] = initialTransition(lifecycleMachine, { policy, operations });
  return read(snapshot, actions as Action[], now);
}

/** One event through the machine: the next snapshot and what follows from it. Pure. */
export function step(snapshot: Snapshot, event: LifecycleEvent | { type: string; at: number }): Step {
  // Timer events carry the names that XState gives them, which its event type does not list.
  const [next, actions] = transition(lifecycleMachine, snapshot, event as LifecycleEvent);
  return read(next, actions as Action[], event.at);
}

/** The snapshot of a record, under today's policy. Throws when the record names a state that the chart lacks. */
export function restore(
  value: StateValue,
  context: Omit<LifecycleContext, 'policy'>,
  policy: LifecyclePolicy,
): Snapshot {
  return lifecycleMachine.resolveState({ value, context: { ...context, policy } } as never) as Snapshot;
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
