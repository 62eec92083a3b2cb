import { crc32 } from 'node:zlib';
import type { LifecycleCommand } from '../lifecycle/commands.ts';
import type { LifecyclePolicy } from '../lifecycle/policy.ts';
import type { LifecycleRecord } from './record.ts';

/** One line of the journal: what came, what was decided, and the whole record after it. */
export interface JournalEntry {
  /** The event as it came, or how the entry came about otherwise. */
  event: { type: string; at: number };
  from: string | null;
  to: string;
  commands: LifecycleCommand[];
  record: LifecycleRecord;
  /** The numbers that the decision was made by: in the first entry of each process, and now and then again. */
  policy?: LifecyclePolicy;
  /** Written by a dry agent: the commands were withheld, and their answers are made up. */
  dryRun?: true;
}

/** `<crc32 of the JSON, 8 hex digits> <JSON>\n` */
export function encodeEntry(entry: JournalEntry): Buffer {
  const json = JSON.stringify(entry);
  return Buffer.from(`${crc32(json).toString(16).padStart(8, '0')} ${json}\n`);
}

/** What was found in a journal file. */
export interface JournalContent {
  entries: JournalEntry[];
  /** Where the next line belongs: after the last sound one. */
  end: number;
  /** Lines that were there and not sound: torn, changed, or not ours. */
  damaged: number;
  /** Something was written after the last sound entry, and cannot be read: that entry need not be the newest. */
  doubtful: boolean;
}

/** Reads every sound line. Preallocated space (NUL bytes) ends the journal; a NUL among other bytes is damage. */
export function decodeJournal(bytes: Buffer): JournalContent {
  const content: JournalContent = { entries: [], end: 0, damaged: 0, doubtful: false };
  let used = bytes.length;
  while (used > 0 && bytes[used - 1] === 0) used -= 1;
  for (let start = 0; start < used; ) {
    const newline = bytes.indexOf(10, start);
    const whole = newline !== -1 && newline < used;
    const entry = whole ? decodeLine(bytes.toString('utf8', start, newline)) : null;
    content.doubtful = entry === null;
    if (entry === null) content.damaged += 1;
    else content.entries.push(entry);
    if (!whole) break;
    start = newline + 1;
    content.end = start;
  }
  return content;
}

/** Further than any number of operations that the unread entries may have named. */
const UNREAD_OPERATIONS = 100;

/**
 * The newest record, or null. Where it is doubtful that it is the newest, it is as one of an earlier boot: its counters
 * go on, beyond all that may have been counted since, and the truth is looked for anew.
 */
export function newestRecord({ entries, doubtful }: JournalContent): LifecycleRecord | null {
  const record = entries.at(-1)?.record;
  if (record === undefined) return null;
  if (!doubtful) return record;
  const operations = (record.context?.operations ?? 0) + UNREAD_OPERATIONS;
  return { ...record, bootId: '', context: { ...record.context, operations } };
}

function decodeLine(line: string): JournalEntry | null {
  const json = line.slice(9);
  if (line[8] !== ' ' || crc32(json).toString(16).padStart(8, '0') !== line.slice(0, 8)) return null;
  try {
    const entry = JSON.parse(json) as JournalEntry;
    return typeof entry.record?.version === 'number' ? entry : null;
  } catch {
    return null;
  }
}
