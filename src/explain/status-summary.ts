import type { JournalEntry } from '../engine/journal-format.ts';
import { type LifecycleRecord, stateName } from '../engine/record.ts';
import { meaningOf } from './state-words.ts';

/** What a record says, in members that a program can rely on. Times in ISO 8601. */
export interface StatusSummary {
  instanceId: string;
  /** Written by a dry agent: nothing of it was done. */
  dryRun: boolean;
  state: string;
  /** What the state is for, in words. */
  meaning: string;
  /** When that state was entered, as far back as the journal goes. */
  since: string;
  forMs: number;
  life: number;
  reason: string | null;
  group: { name: string; lifecycleState: string; desired: number; min: number; max: number } | null;
  runner: { running: number | null; limit: number | null; paused: boolean };
  notice: { kind: string; deadline: string | null };
  operation: string | null;
  attempts: number;
  scaleBlocked: string | null;
  timers: Array<{ id: string; at: string; inMs: number }>;
  /** Commands that are written down and not known to be done. */
  outbox: string[];
}

/** The newest record of the journal, summarized at `now` (ms since the epoch); null for an empty journal. */
export function summarizeStatus(entries: readonly JournalEntry[], now: number): StatusSummary | null {
  const newest = entries.at(-1);
  if (newest === undefined) return null;
  const { record, dryRun = false } = newest;
  const { context } = record;
  const since = enteredAt(entries, record);
  return {
    instanceId: record.instanceId,
    dryRun,
    state: stateName(record.value),
    meaning: meaningOf(stateName(record.value), context),
    since: iso(since),
    forMs: Math.max(0, now - since),
    life: record.life,
    reason: context.reason,
    group: context.group && {
      name: context.group.groupName,
      lifecycleState: context.group.lifecycleState,
      desired: context.group.desiredCapacity,
      min: context.group.minSize,
      max: context.group.maxSize,
    },
    runner: { running: context.running, limit: context.limit, paused: context.paused },
    notice: {
      kind: context.notice,
      deadline: context.noticeDeadline === null ? null : iso(context.noticeDeadline),
    },
    operation: context.operation,
    attempts: context.attempts,
    scaleBlocked: context.scaleBlocked,
    timers: record.timers.map(({ id, at }) => ({ id: timerName(id), at: iso(at), inMs: at - now })),
    outbox: record.outbox.map(({ command }) => command.type),
  };
}

function enteredAt(entries: readonly JournalEntry[], record: LifecycleRecord): number {
  const state = stateName(record.value);
  let since = record.at;
  for (const entry of entries.toReversed()) {
    if (entry.to !== state || entry.record.life !== record.life) break;
    since = entry.record.at;
  }
  return since;
}

/** `xstate.after.recheck.lifecycle.inService.idle` is the delay `recheck` to people. */
const timerName = (id: string): string => /^xstate\.after\.([^.]+)\./.exec(id)?.[1] ?? id;

const iso = (at: number): string => new Date(at).toISOString();
