import type { Clock } from '../clock.ts';
import type { Timer } from './record.ts';
import type { Step } from './step.ts';

/** The timers of the record, and the clock's alarms for them. The record is the truth; alarms can be lost. */
export interface Timers {
  list(): Timer[];
  /** What the list becomes after a step. Changes nothing yet. */
  after(changes: Step['timerChanges']): Timer[];
  /** Takes a list that is on disk, and sets the alarms. */
  adopt(timers: Timer[]): void;
  stop(): void;
}

/** What a list of timers becomes by the changes of a step, in their order. */
export function applyTimerChanges(timers: readonly Timer[], changes: Step['timerChanges']): Timer[] {
  let next = [...timers];
  for (const change of changes) {
    const id = 'set' in change ? change.set.id : change.cancel;
    next = next.filter((timer) => timer.id !== id);
    if ('set' in change) next = [...next, change.set];
  }
  return next;
}

/** The list without the timer whose event this is: it has rung. */
export const withoutRungTimer = (timers: readonly Timer[], event: { type: string }): Timer[] =>
  timers.filter((timer) => timer.event.type !== event.type);

/** `fire` is called when a timer is due; the timer has left the list by then. */
export function createTimers(clock: Clock, fire: (timer: Timer) => void): Timers {
  let timers: Timer[] = [];
  const alarms = new Map<string, { at: number; cancel: () => void }>();

  const ring = (timer: Timer) => {
    alarms.delete(timer.id);
    if (!timers.some((other) => other.id === timer.id && other.at === timer.at)) return;
    fire(timer);
  };

  return {
    list: () => timers,
    after: (changes) => applyTimerChanges(timers, changes),
    adopt(next) {
      timers = next;
      for (const [id, alarm] of alarms) {
        if (timers.some((timer) => timer.id === id && timer.at === alarm.at)) continue;
        alarm.cancel();
        alarms.delete(id);
      }
      for (const timer of timers) {
        if (alarms.has(timer.id)) continue;
        const cancel = clock.setTimer(timer.at, () => ring(timer));
        alarms.set(timer.id, { at: timer.at, cancel });
      }
    },
    stop() {
      for (const alarm of alarms.values()) alarm.cancel();
      alarms.clear();
    },
  };
}
