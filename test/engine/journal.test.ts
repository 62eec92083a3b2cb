import { appendFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { journalPath, openJournal, readRecord } from '../../src/engine/journal.ts';
import { decodeJournal, type JournalEntry } from '../../src/engine/journal-format.ts';
import type { LifecycleRecord } from '../../src/engine/record.ts';
import { memoryDirectory } from '../support/memory-directory.ts';

const made: string[] = [];
const directory = () => {
  const dir = memoryDirectory('drover-journal-');
  made.push(dir);
  return join(dir, 'state');
};
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true });
});

const entry = (seq: number, padding = ''): JournalEntry => ({
  event: { type: 'test', at: seq },
  from: null,
  to: 'discovering',
  commands: [],
  record: { version: 1, seq, instanceId: `i-1${padding}` } as LifecycleRecord,
});

describe('the journal', () => {
  it('gives back the last entry after it was closed and opened again', () => {
    const dir = directory();
    const journal = openJournal(dir);
    for (let seq = 1; seq <= 3; seq += 1) journal.append(entry(seq));
    journal.close();
    expect(openJournal(dir).last?.record.seq).toBe(3);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(journalPath(dir)).mode & 0o777).toBe(0o600);
  });

  it('drops a torn tail and goes on behind the last whole entry', () => {
    const dir = directory();
    const journal = openJournal(dir);
    journal.append(entry(1));
    journal.append(entry(2));
    journal.close();
    const { end } = decodeJournal(readFileSync(journalPath(dir)));
    truncateSync(journalPath(dir), end - 7);
    const again = openJournal(dir);
    expect(again.last?.record.seq).toBe(1);
    expect(again.damaged).toBe(1);
    again.append(entry(3));
    again.close();
    expect(readRecord(dir)?.seq).toBe(3);
  });

  it('passes over an entry whose bytes have changed', () => {
    const dir = directory();
    const journal = openJournal(dir);
    for (let seq = 1; seq <= 3; seq += 1) journal.append(entry(seq));
    journal.close();
    const bytes = readFileSync(journalPath(dir));
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    writeFileSync(journalPath(dir), bytes);
    const again = openJournal(dir);
    expect(again.last?.record.seq).toBe(3);
    expect(again.damaged).toBe(1);
  });

  it('stays small: old entries go when the file has grown', () => {
    const dir = directory();
    const journal = openJournal(dir);
    for (let seq = 1; seq <= 3000; seq += 1) journal.append(entry(seq, 'x'.repeat(1000)));
    journal.close();
    expect(statSync(journalPath(dir)).size).toBeLessThan(2 * 1024 * 1024);
    expect(readRecord(dir)?.seq).toBe(3000);
  });

  it('reads a foreign file as damage, not as a record', () => {
    const dir = directory();
    openJournal(dir).close();
    appendFileSync(journalPath(dir), 'not a journal\n');
    expect(openJournal(dir).last).toBeNull();
  });
});
