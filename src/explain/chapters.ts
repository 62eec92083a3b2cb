import type { JournalEntry } from '../engine/journal-format.ts';
import type { LifecycleRecord } from '../engine/record.ts';
import type { CommandType, LifecycleCommand } from '../lifecycle/commands.ts';

/** One command of the journal and how it ended. Times are on the engine's timeline (ms). */
export interface Deed {
  command: LifecycleCommand;
  at: number;
  /** Null: not known to have ended. `event: null`: done, without an answer; or dropped by a restart. */
  end: { at: number; event: JournalEntry['event'] | null; dropped: boolean } | null;
  /** By a dry agent: what came as an answer was made up. */
  withheld: boolean;
}

/** One decision: the state that was entered, what led to it, and all that was done in it. */
export interface Chapter {
  /** When the state was entered. */
  at: number;
  /** When the next one was; null: it is the present state. */
  until: number | null;
  from: string | null;
  to: string;
  /** The entry that decided it. */
  entry: JournalEntry;
  /** Entries that left the state as it was, in order. */
  within: JournalEntry[];
  deeds: Deed[];
}

/** The events that answer a command; a command without any answers nothing when it is done. */
const answers: Record<CommandType, readonly string[]> = {
  discover: ['discovered'],
  observeGroup: [],
  playInit: ['playbook.succeeded', 'playbook.failed'],
  playUnreg: ['playbook.succeeded', 'playbook.failed'],
  playScaleUp: ['playbook.succeeded', 'playbook.failed'],
  cancelPlaybook: [],
  recordHeartbeat: ['heartbeat.recorded', 'heartbeat.refused', 'heartbeat.failed'],
  completeLifecycleAction: ['lifecycleAction.completed', 'lifecycleAction.failed'],
  terminateInstance: ['termination.accepted', 'termination.refused'],
  setProtection: ['protection.set', 'protection.failed'],
  markUnhealthy: ['health.set', 'health.failed'],
  stopIntake: [],
  forceStop: [],
};

/** What a dry agent does too: it looks, and ends the checks that it has begun. */
const harmless: ReadonlySet<CommandType> = new Set<CommandType>([
  'discover',
  'observeGroup',
  'cancelPlaybook',
]);

/** The journal as decisions, oldest first: each transition with the commands that were given in its state. */
export function chaptersOf(entries: readonly JournalEntry[]): Chapter[] {
  const chapters: Chapter[] = [];
  const ends = endsOf(entries);
  for (const entry of entries) {
    const { record } = entry;
    let chapter = chapters.at(-1);
    if (chapter === undefined || entry.from === null || entry.from !== entry.to || chapter.to !== entry.to) {
      if (chapter !== undefined) chapter.until = record.at;
      const { from, to } = entry;
      chapter = { at: record.at, until: null, from, to, entry, within: [], deeds: [] };
      chapters.push(chapter);
    } else {
      chapter.within.push(entry);
    }
    entry.commands.forEach((command, index) => {
      const end = ends.get(outboxId(record, index)) ?? null;
      const withheld = entry.dryRun === true && !harmless.has(command.type);
      chapter.deeds.push({ command, at: record.at, end, withheld });
    });
  }
  return chapters;
}

/** As the engine names what it puts into the outbox. */
const outboxId = ({ life, seq }: LifecycleRecord, index: number): string => `${life}.${seq}.${index}`;

/** Where each command left the outbox, by the id it had there. */
function endsOf(entries: readonly JournalEntry[]): Map<string, Deed['end']> {
  const open = new Map<string, LifecycleCommand>();
  const ends = new Map<string, Deed['end']>();
  for (const { event, from, commands, record } of entries) {
    const waiting = new Set(record.outbox.map(({ id }) => id));
    for (const [id, command] of open) {
      if (waiting.has(id)) continue;
      const answer = from !== null && isAnswer(command, event) ? event : null;
      // A new boot or life begins with an empty outbox: what was in it is nobody's any more.
      ends.set(id, { at: record.at, event: answer, dropped: from === null });
      open.delete(id);
    }
    commands.forEach((command, index) => {
      open.set(outboxId(record, index), command);
    });
  }
  return ends;
}

function isAnswer(command: LifecycleCommand, event: JournalEntry['event']): boolean {
  if (!(answers[command.type] ?? []).includes(event.type)) return false;
  const { operation } = event as { operation?: string };
  return !('operation' in command) || operation === undefined || operation === command.operation;
}
