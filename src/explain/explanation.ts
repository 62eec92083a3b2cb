import type { JournalEntry } from '../engine/journal-format.ts';
import type { GroupView } from '../lifecycle/events.ts';
import { printable } from '../terminal/printable.ts';
import { type Chapter, chaptersOf, type Deed } from './chapters.ts';
import { type DeedOutcome, deedWords } from './deed-words.ts';
import { readingOf } from './event-words.ts';
import { meaningOf } from './state-words.ts';

/** One decision in words, for people and for programs. Times in ms since the epoch on the engine's timeline. */
export interface Explanation {
  at: number;
  /** When the next decision was; null: this is the present state. */
  until: number | null;
  life: number;
  from: string | null;
  to: string;
  /** The type of the event that led to it. */
  event: string;
  saw: string;
  so: string;
  /** What followed; with the outcome `withheld`, what would have. */
  did: DidLine[];
  /** What else was noticed meanwhile and changed nothing, or only a deadline. */
  noticed: { at: number; text: string }[];
}

export interface DidLine {
  at: number;
  command: string;
  text: string;
  outcome: DeedOutcome;
  ending: string;
  /** How often it was done with this outcome, one after the other. */
  times: number;
}

/** Done again and again while a state lasts: one line tells them all. */
const REPEATED = new Set(['recordHeartbeat', 'observeGroup', 'discover', 'markUnhealthy']);
const NOTABLE = new Set([
  'rebalance.noticed',
  'maintenance.noticed',
  'maintenance.cleared',
  'interruption.noticed',
  'host.stopping',
]);

/** The decisions of a journal in words, oldest first; with `since`, those that were in force then or made later. */
export function explain(entries: readonly JournalEntry[], since = Number.NEGATIVE_INFINITY): Explanation[] {
  return chaptersOf(entries)
    .filter(({ until }) => until === null || until > since)
    .map(explainChapter);
}

function explainChapter(chapter: Chapter): Explanation {
  const { at, until, from, to, entry, within, deeds } = chapter;
  return {
    at,
    until,
    life: entry.record.life,
    from,
    to,
    event: printable(entry.event.type),
    saw: readingOf(entry.event),
    so: meaningOf(to, entry.record.context),
    did: didLines(deeds),
    noticed: noticed(entry, within),
  };
}

function didLines(deeds: readonly Deed[]): DidLine[] {
  const lines: DidLine[] = [];
  for (const deed of deeds) {
    const words = deedWords(deed);
    const same = lines.find(
      ({ text, outcome }) =>
        // What is withheld is given again and again: the world does not change for it.
        (deed.withheld || REPEATED.has(deed.command.type)) &&
        text === words.text &&
        outcome === words.outcome,
    );
    if (same === undefined) lines.push({ at: deed.at, command: deed.command.type, ...words, times: 1 });
    else same.times += 1;
  }
  return lines;
}

function noticed(first: JournalEntry, within: readonly JournalEntry[]): Explanation['noticed'] {
  const notes: Explanation['noticed'] = [];
  let { group } = first.record.context;
  let blocked = first.record.context.scaleBlocked;
  for (const { event, record } of within) {
    const { context } = record;
    if (NOTABLE.has(event.type) || movedOn(group, context.group)) {
      notes.push({ at: record.at, text: readingOf(event) });
    }
    if (context.scaleBlocked !== null && context.scaleBlocked !== blocked) {
      notes.push({
        at: record.at,
        text: `no other instance can be asked for: ${printable(context.scaleBlocked)}`,
      });
    }
    group = context.group;
    blocked = context.scaleBlocked;
  }
  return [...notes, ...jobsSeen([first, ...within])];
}

/** The group's numbers change all the time; where this instance stands in it is news. */
const movedOn = (before: GroupView | null, after: GroupView | null): boolean =>
  before?.lifecycleState !== after?.lifecycleState;

function jobsSeen(entries: readonly JournalEntry[]): Explanation['noticed'] {
  const seen = entries.flatMap(({ record }) => record.context.running ?? []);
  const [low, high] = [Math.min(...seen), Math.max(...seen)];
  const last = entries.at(-1);
  if (last === undefined || low >= high) return [];
  return [{ at: last.record.at, text: `between ${low} and ${high} jobs ran meanwhile` }];
}
