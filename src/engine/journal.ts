import { copyFileSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { JournalError } from '../errors.ts';
import type { LifecyclePolicy } from '../lifecycle/policy.ts';
import {
  decodeJournal,
  encodeEntry,
  type JournalContent,
  type JournalEntry,
  newestRecord,
} from './journal-format.ts';
import { type JournalWriter, openWriter, refusesWrites, syncDirectory } from './journal-writer.ts';
import type { LifecycleRecord } from './record.ts';

const FILE = 'journal';
const COMPACT_ABOVE = 1024 * 1024;
const COMPACT_LATER = 64 * 1024;
const KEPT_WHEN_COMPACTED = 200;
/** Often enough for some of the entries that are kept to have it. */
const POLICY_EVERY = 100;

/** The append-only journal of one state directory. Every append is on disk when it returns. */
export interface Journal {
  /** The newest sound entry found when the journal was opened. */
  readonly last: JournalEntry | null;
  /** The record to go on from, or null. */
  readonly record: LifecycleRecord | null;
  readonly damaged: number;
  /** What was written last could not be read: `record` says no more than that there was one. */
  readonly doubtful: boolean;
  /** Throws where the disk does not take it; a later append tries again. */
  append(entry: JournalEntry): void;
  /** Sets the file aside (a record of another instance) and begins anew. */
  archive(name: string): void;
  close(): void;
}

/** Where the journal of a state directory lies. */
export const journalPath = (stateDir: string): string => join(stateDir, FILE);

/**
 * Opens, or makes, the journal in `stateDir` (made 0700 if missing). On a disk that is full or read-only it gives what
 * can be read, and `append` throws until the disk takes it. Throws JournalError where it cannot be read.
 */
export function openJournal(stateDir: string): Journal {
  const path = journalPath(stateDir);
  let file: JournalWriter | null = null;
  let content: JournalContent;
  try {
    content = decodeJournal(readBytes(path));
    file = openToWrite(stateDir, path);
  } catch (cause) {
    throw new JournalError(
      `cannot open the journal ${path}: ${(cause as Error).message}; check stateDir and its owner`,
      { cause },
    );
  }
  const kept = content.entries.slice(-KEPT_WHEN_COMPACTED).map(encodeEntry);
  let end = content.end;
  let compactAbove = COMPACT_ABOVE;
  // After damage the tail is not ours to write behind: the sound part begins a file of its own.
  let mustCompact = content.damaged > 0;

  function compact(into: JournalWriter): void {
    if (mustCompact) keepAside(path);
    into.replace(Buffer.concat(kept));
    end = kept.reduce((sum, line) => sum + line.length, 0);
    mustCompact = false;
  }

  if (mustCompact && file !== null) {
    try {
      compact(file);
    } catch (error) {
      if (!refusesWrites(error)) throw error;
    }
  }

  return {
    last: content.entries.at(-1) ?? null,
    record: newestRecord(content),
    damaged: content.damaged,
    doubtful: content.doubtful,
    append(entry) {
      const line = encodeEntry(entry);
      // Kept also where it cannot be written, so that it is there when the disk takes it again.
      kept.push(line);
      if (kept.length > KEPT_WHEN_COMPACTED) kept.shift();
      file ??= openToWrite(stateDir, path);
      if (file === null) throw new JournalError(`${path} cannot be written: the disk is full or read-only`);
      if (mustCompact) return compact(file);
      if (end + line.length > compactAbove) {
        try {
          compact(file);
          compactAbove = COMPACT_ABOVE;
          return;
        } catch (error) {
          if (!refusesWrites(error)) throw error;
          // No room for a second file: the one that is there goes on.
          compactAbove += COMPACT_LATER;
        }
      }
      file.writeAt(end, line);
      end += line.length;
    },
    archive(name) {
      file?.close();
      renameSync(path, join(stateDir, name));
      file = openToWrite(stateDir, path);
      syncDirectory(stateDir);
      kept.length = 0;
      end = 0;
      mustCompact = false;
    },
    close: () => file?.close(),
  };
}

function openToWrite(stateDir: string, path: string): JournalWriter | null {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    return openWriter(path);
  } catch (error) {
    if (refusesWrites(error)) return null;
    throw error;
  }
}

/** What could not be read stays for whoever wants to know why, as `journal-damaged`. */
function keepAside(path: string): void {
  try {
    copyFileSync(path, `${path}-damaged`);
  } catch (error) {
    if (!refusesWrites(error)) throw error;
  }
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** These options with a journal whose first entry, and then one now and again, says by which numbers it was decided. */
export function tellingPolicy<T extends { journal: Journal; policy: LifecyclePolicy }>(options: T): T {
  const { journal, policy } = options;
  let appended = 0;
  const append = (entry: JournalEntry) => {
    journal.append(appended % POLICY_EVERY === 0 ? { ...entry, policy } : entry);
    appended += 1;
  };
  return { ...options, journal: { ...journal, append } };
}

/** The entries of a state directory, for reading only; an empty list when there is no journal. */
export function readEntries(stateDir: string): JournalEntry[] {
  return readContent(stateDir).entries;
}

function readContent(stateDir: string): JournalContent {
  let bytes: Buffer;
  try {
    bytes = readFileSync(journalPath(stateDir));
  } catch (cause) {
    if (!['ENOENT', 'ENOTDIR'].includes(`${(cause as NodeJS.ErrnoException).code}`)) {
      throw new JournalError(`cannot read ${journalPath(stateDir)}: ${(cause as Error).message}`, { cause });
    }
    bytes = Buffer.alloc(0);
  }
  return decodeJournal(bytes);
}

/** The newest record of a state directory, or null; one that is in doubt is as of an earlier boot. */
export function readRecord(stateDir: string): LifecycleRecord | null {
  return newestRecord(readContent(stateDir));
}
