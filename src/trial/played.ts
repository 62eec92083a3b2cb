import type { PlaybookEvent } from '../playbooks/events.ts';

/** One task of one play. */
export interface PlayedTask {
  name: string;
  /** Null: it was skipped, or never came to its end. */
  changed: boolean | null;
  /** In check mode: it changed something all the same, with `check_mode: false`. */
  really: boolean;
  failed: string | null;
  /** Milliseconds. */
  took: number;
  /** Mutating calls that the sandbox saw while it ran, in order. */
  calls: string[];
}

/** What one play did. */
export interface Played {
  exitCode: number | null;
  tasks: PlayedTask[];
  /** What of the emulated world is other than before, in words. */
  changes: string[];
  /** Files that are other than before, relative to the instance's directory. */
  files: string[];
  /** All that it printed, as it was. */
  output: string;
  /** Milliseconds. */
  took: number;
}

/** A mutating call that the sandbox saw. */
export interface SeenCall {
  at: number;
  text: string;
}

/** Puts the events of a play and the calls that were seen together, task by task; `ended` is when the play was over. */
export function tasksOf(
  events: readonly PlaybookEvent[],
  calls: readonly SeenCall[],
  ended: number,
): PlayedTask[] {
  const begun = events.filter(({ event }) => event === 'task' || event === 'handler');
  return begun.map((start, index) => {
    const until = begun[index + 1]?.at ?? ended;
    const own = events.filter(
      ({ counter }) =>
        counter > start.counter && counter < (begun[index + 1]?.counter ?? Number.POSITIVE_INFINITY),
    );
    const good = own.filter(({ event }) => event === 'ok' || event === 'item_ok');
    const bad = own.find(({ event, ignored }) => (event === 'failed' || event === 'unreachable') && !ignored);
    return {
      name: start.task ?? '',
      changed: good.length === 0 ? null : good.some(({ changed }) => changed === true),
      really: good.some(({ really }) => really === true),
      failed: bad === undefined ? null : (bad.msg ?? 'failed without a message'),
      took: until - start.at,
      calls: calls.filter(({ at }) => at >= start.at && at < until).map(({ text }) => text),
    };
  });
}
