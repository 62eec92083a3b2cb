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
}

/** Reads every sound line. Preallocated space (NUL bytes) and a torn tail end the journal. */
export function decodeJournal(bytes: Buffer): JournalContent {
  const content: JournalContent = { entries: [], end: 0, damaged: 0 };
  const nul = bytes.indexOf(0);
  const used = nul === -1 ? bytes.length : nul;
  let start = 0;
  while (start < used) {
    const newline = bytes.indexOf(10, start);
    if (newline === -1 || newline >= used) {
      content.damaged += 1;
      break;
    }
    const entry = decodeLine(bytes.toString('utf8', start, newline));
    if (entry === null) content.damaged += 1;
    else content.entries.push(entry);
    start = newline + 1;
    content.end = start;
  }
  return content;
}

function decodeLine(line: string): JournalEntry | null {
  const json = line.slice(9);
  if (line[8] !== ' ' || crc32(json).toString(16).padStart(8, '0') !== line.slice(0, 8)) return null;
  try {
    return JSON.parse(json) as JournalEntry;
  } catch {
    return null;
  }
}
