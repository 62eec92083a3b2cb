import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { JournalError } from '../errors.ts';
import type { LifecyclePolicy } from '../lifecycle/policy.ts';
import { decodeJournal, encodeEntry, type JournalContent, type JournalEntry } from './journal-format.ts';
import { type LifecycleRecord, recordVersion } from './record.ts';

const FILE = 'journal';
/** Space is taken ahead in zeros, so that a full disk does not stop the next entries. */
const PREALLOCATION = 256 * 1024;
const COMPACT_ABOVE = 1024 * 1024;
const KEPT_WHEN_COMPACTED = 200;
/** Often enough for some of the entries that are kept to have it. */
const POLICY_EVERY = 100;

/** The append-only journal of one state directory. Every append is on disk when it returns. */
export interface Journal {
  /** The newest sound entry found when the journal was opened. */
  readonly last: JournalEntry | null;
  readonly damaged: number;
  append(entry: JournalEntry): void;
  /** Sets the file aside (a record of another instance) and begins anew. */
  archive(name: string): void;
  close(): void;
}

/** Where the journal of a state directory lies. */
export const journalPath = (stateDir: string): string => join(stateDir, FILE);

/** Opens, or makes, the journal in `stateDir` (made 0700 if missing). Throws JournalError when it cannot. */
export function openJournal(stateDir: string): Journal {
  const path = journalPath(stateDir);
  let fd: number;
  let content: JournalContent;
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    fd = openFile(path);
    content = decodeJournal(readFileSync(path));
  } catch (cause) {
    throw new JournalError(
      `cannot open the journal ${path}: ${(cause as Error).message}; check stateDir and its owner`,
      {
        cause,
      },
    );
  }
  const last = content.entries.at(-1) ?? null;
  const kept = content.entries.slice(-KEPT_WHEN_COMPACTED).map(encodeEntry);
  let end = content.end;
  let allocated = 0;
  // After damage the tail is not ours to write behind: the sound part begins a file of its own.
  if (content.damaged > 0) compact();

  function allocate(upTo: number): void {
    allocated = Math.max(allocated, fstatSync(fd).size);
    if (upTo <= allocated) return;
    writeSync(fd, Buffer.alloc(PREALLOCATION), 0, PREALLOCATION, allocated);
    allocated += PREALLOCATION;
  }

  function compact(): void {
    const body = Buffer.concat(kept);
    const fresh = `${path}.new`;
    const freshFd = openSync(fresh, 'w+', 0o600);
    writeSync(freshFd, body, 0, body.length, 0);
    fsyncSync(freshFd);
    renameSync(fresh, path);
    syncDirectory(dirname(path));
    closeSync(fd);
    fd = freshFd;
    end = body.length;
    allocated = 0;
  }

  return {
    last,
    damaged: content.damaged,
    append(entry) {
      const line = encodeEntry(entry);
      if (end + line.length > COMPACT_ABOVE) compact();
      allocate(end + line.length);
      writeSync(fd, line, 0, line.length, end);
      fdatasyncSync(fd);
      end += line.length;
      kept.push(line);
      if (kept.length > KEPT_WHEN_COMPACTED) kept.shift();
    },
    archive(name) {
      closeSync(fd);
      renameSync(path, join(stateDir, name));
      fd = openFile(path);
      syncDirectory(stateDir);
      kept.length = 0;
      end = 0;
      allocated = 0;
    },
    close: () => closeSync(fd),
  };
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
  let bytes: Buffer;
  try {
    bytes = readFileSync(journalPath(stateDir));
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes(`${(cause as NodeJS.ErrnoException).code}`)) return [];
    throw new JournalError(`cannot read ${journalPath(stateDir)}: ${(cause as Error).message}`, { cause });
  }
  return decodeJournal(bytes).entries;
}

/** The newest record of a state directory, or null. */
export function readRecord(stateDir: string): LifecycleRecord | null {
  return readEntries(stateDir).at(-1)?.record ?? null;
}

/** A record that this version can go on from; otherwise a JournalError that says what to do. */
export function checkRecord(record: LifecycleRecord, stateDir: string): LifecycleRecord {
  if (record.version === recordVersion) return record;
  throw new JournalError(
    `the record in ${stateDir} has version ${record.version}, this Drover writes ${recordVersion}; ` +
      'move the journal aside and start again: the truth is read from the group',
  );
}

function openFile(path: string): number {
  return openSync(path, constantsForJournal, 0o600);
}

/** Read and write, made if missing, never truncated. */
const constantsForJournal = 0o2 | 0o100;

function syncDirectory(path: string): void {
  const fd = openSync(path, 'r');
  fsyncSync(fd);
  closeSync(fd);
}
