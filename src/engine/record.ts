import type { LifecycleCommand } from '../lifecycle/commands.ts';
import type { LifecycleContext } from '../lifecycle/context.ts';

/**
 * Raise when a state or context member changes its meaning, with a migration in record-versions.ts and a sample of the
 * version before in test/engine/records.
 */
export const recordVersion = 2;

/** A state value as XState writes it: a name, or nested names. */
export type StateValue = string | { [parent: string]: StateValue };

/** A timer of the chart, due at `at` on the engine's timeline (ms). */
export interface Timer {
  id: string;
  event: { type: string };
  at: number;
}

/** A command that is on disk and not known to be done. `id` is unique within the life. */
export interface OutboxEntry {
  id: string;
  command: LifecycleCommand;
  /** Left by one owner of the record for the next: not begun. */
  held?: true;
}

/** All that the engine knows of an instance. Context without `policy`, which is configuration. */
export interface LifecycleRecord {
  version: number;
  instanceId: string;
  bootId: string;
  /** Wall clock minus boot clock, fixed for one boot: makes the engine's timeline (see timeline.ts). */
  clockOffset: number;
  life: number;
  seq: number;
  at: number;
  value: StateValue;
  context: Omit<LifecycleContext, 'policy'>;
  timers: Timer[];
  outbox: OutboxEntry[];
}

/** The state as one dotted name, such as `inService.saturated.scalingUp`. */
export function stateName(value: StateValue): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([parent, child]) => `${parent}.${stateName(child)}`)
    .join('+');
}

/** Whether another life begins with the next boot: one that was leaving may by then be back from the warm pool. */
export const endsLife = ({ value }: LifecycleRecord): boolean =>
  /^(released$|terminating\.(?!confirming))/.test(stateName(value));
