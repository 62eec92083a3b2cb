import type { LifecycleCommand } from '../lifecycle/commands.ts';
import { defaultPolicy, type LifecyclePolicy } from '../lifecycle/policy.ts';
import type { JournalEntry } from './journal-format.ts';
import { stateName, type Timer } from './record.ts';
import { begin, restore, type Step, step } from './step.ts';
import { applyTimerChanges, withoutRungTimer } from './timers.ts';

/** What one step of the machine decides: where it leads, what it asks for, and what it remembers. */
export interface Decision {
  to: string;
  commands: LifecycleCommand[];
  /** Members of the context, without the policy. */
  context: Record<string, unknown>;
  timers: Timer[];
}

/** One entry for which the machine would now decide differently, or cannot decide at all. */
export interface Difference {
  /** Which entry, counted from 1. */
  entry: number;
  at: number;
  from: string | null;
  event: string;
  was: Decision;
  /** Null: the machine of today cannot take the step; `problem` says why. */
  now: Decision | null;
  problem: string | null;
}

export interface Replay {
  /** Entries that were stepped through. */
  steps: number;
  /** Entries that had to be taken as they are, since the one before them is missing. */
  taken: number;
  differences: Difference[];
}

/**
 * Puts each entry's event to the machine of today, from the record before it, and compares. Each step begins from what
 * was recorded, so one difference does not hide the next. The policy is the one in the journal that was in force; an
 * older journal holds none, and `policy` counts.
 */
export function replayJournal(
  entries: readonly JournalEntry[],
  policy: LifecyclePolicy = defaultPolicy,
): Replay {
  const replay: Replay = { steps: 0, taken: 0, differences: [] };
  let inForce = entries.find((entry) => entry.policy !== undefined)?.policy ?? policy;
  entries.forEach((entry, index) => {
    inForce = entry.policy ?? inForce;
    const before = entries[index - 1];
    if (entry.from !== null && !follows(before, entry)) {
      replay.taken += 1;
      return;
    }
    replay.steps += 1;
    const was = recorded(entry);
    const { now, problem } = decide(before, entry, inForce);
    if (now !== null && same(was, now)) return;
    const { event, from } = entry;
    replay.differences.push({ entry: index + 1, at: event.at, from, event: event.type, was, now, problem });
  });
  return replay;
}

/** After a failed write, or at the head of a compacted journal, there is no record to step from. */
const follows = (before: JournalEntry | undefined, entry: JournalEntry): before is JournalEntry =>
  before !== undefined && before.record.seq + 1 === entry.record.seq && before.to === entry.from;

function decide(
  before: JournalEntry | undefined,
  entry: JournalEntry,
  policy: LifecyclePolicy,
): { now: Decision | null; problem: string | null } {
  const { event, from, record } = entry;
  try {
    if (from === null || before === undefined) {
      return { now: decided(begin(policy, event.at, record.context.operations), []), problem: null };
    }
    const next = step(restore(before.record.value, before.record.context, policy), event);
    return { now: decided(next, withoutRungTimer(before.record.timers, event)), problem: null };
  } catch (error) {
    return { now: null, problem: (error as Error).message };
  }
}

function decided({ snapshot, commands, timerChanges }: Step, timers: readonly Timer[]): Decision {
  const { policy: _, ...context } = snapshot.context;
  return {
    to: stateName(snapshot.value as JournalEntry['record']['value']),
    commands,
    context,
    timers: applyTimerChanges(timers, timerChanges),
  };
}

const recorded = ({ to, commands, record }: JournalEntry): Decision => ({
  to,
  commands,
  context: record.context as unknown as Record<string, unknown>,
  timers: record.timers,
});

const same = (was: Decision, now: Decision): boolean => canonical(was) === canonical(now);

/** Timers in the order of their ids and members in the order of their names: neither order decides anything. */
export function canonical(value: unknown): string {
  const timers = (value as { timers?: Timer[] } | null)?.timers;
  const sorted = timers && {
    ...(value as object),
    timers: [...timers].sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
  return JSON.stringify(sorted ?? value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
