import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journalPath, openJournal, readRecord } from '../../src/engine/journal.ts';
import {
  decodeJournal,
  encodeEntry,
  type JournalEntry,
  newestRecord,
} from '../../src/engine/journal-format.ts';
import type { LifecycleRecord } from '../../src/engine/record.ts';
import { initialContext } from '../../src/lifecycle/context.ts';
import { memoryDirectory } from '../support/memory-directory.ts';

const BOOT = 'boot-1';
const ENTRIES = 4;

function entry(seq: number): JournalEntry {
  const { policy: _, ...context } = initialContext(undefined, seq);
  const record: LifecycleRecord = {
    version: 1,
    instanceId: 'i-1',
    bootId: BOOT,
    clockOffset: 0,
    life: 1,
    seq,
    at: seq,
    value: 'discovering',
    context,
    timers: [],
    outbox: [],
  };
  return { event: { type: 'test', at: seq }, from: null, to: 'discovering', commands: [], record };
}

const lines = Array.from({ length: ENTRIES }, (_, index) => encodeEntry(entry(index + 1)));
const whole = Buffer.concat([...lines, Buffer.alloc(100)]);
const used = whole.length - 100;
const newest = entry(ENTRIES).record;

/** A record to act on is the newest one; any other is no more than a reason to look, with counters that go on. */
function isSound(record: LifecycleRecord | null): boolean {
  if (record === null) return true;
  if (record.bootId !== BOOT) return record.context.operations > ENTRIES;
  return JSON.stringify(record) === JSON.stringify(newest);
}

const recordOf = (bytes: Buffer) => newestRecord(decodeJournal(bytes));

describe('a journal with changed bytes', () => {
  it('gives the newest record or none to act on, whichever bit of whichever byte has flipped', () => {
    const wrong: string[] = [];
    for (let position = 0; position < used; position += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const bytes = Buffer.from(whole);
        bytes[position] = (bytes[position] ?? 0) ^ (1 << bit);
        if (!isSound(recordOf(bytes))) wrong.push(`${position}.${bit}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('gives the newest record or none to act on, whatever stands in place of some bytes', () => {
    const damage = fc.record({
      at: fc.nat({ max: used - 1 }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 5 }), (damages) => {
        const bytes = Buffer.from(whole);
        for (const one of damages) bytes.set(one.bytes.subarray(0, used - one.at), one.at);
        expect(isSound(recordOf(bytes))).toBe(true);
      }),
      { numRuns: 3_000, seed: 1 },
    );
  });

  it('is cut off anywhere: what was written last and is not whole is never taken for the newest', () => {
    const ends = lines.map((_, index) =>
      lines.slice(0, index + 1).reduce((sum, line) => sum + line.length, 0),
    );
    for (let length = 0; length <= used; length += 1) {
      const record = recordOf(whole.subarray(0, length));
      const complete = ends.filter((end) => end <= length).length;
      expect(record?.seq ?? 0).toBe(complete);
      // Cut between two lines it is a journal like any other.
      expect(record === null || (record.bootId === BOOT) === (length === ends[complete - 1])).toBe(true);
    }
  });

  it('has a hole of zeros where a page never came to the disk', () => {
    const bytes = Buffer.from(whole);
    bytes.fill(0, used - 200, used - 100);
    expect(recordOf(bytes)).toMatchObject({ seq: ENTRIES - 1, bootId: '' });
    bytes.fill(0, 20, 60);
    expect(recordOf(bytes)).toMatchObject({ seq: ENTRIES - 1, bootId: '' });
  });
});

describe('the state directory of such a journal', () => {
  let dir: string;
  beforeAll(() => {
    dir = memoryDirectory('drover-damaged-');
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('keeps what could not be read beside the new journal, and goes on', () => {
    const state = join(dir, 'flipped');
    const first = openJournal(state);
    for (let seq = 1; seq <= 3; seq += 1) first.append(entry(seq));
    first.close();
    const bytes = readFileSync(journalPath(state));
    const { end } = decodeJournal(bytes);
    bytes[end - 5] = (bytes[end - 5] ?? 0) ^ 4;
    writeFileSync(journalPath(state), bytes);

    const again = openJournal(state);
    expect(again).toMatchObject({ damaged: 1, doubtful: true });
    expect(again.record).toMatchObject({ seq: 2, bootId: '' });
    expect(readFileSync(join(state, 'journal-damaged'))).toEqual(bytes);
    again.append(entry(9));
    again.close();
    expect(readRecord(state)).toMatchObject({ seq: 9, bootId: BOOT });
  });

  it('holds something else by that name: no record, and it is kept', () => {
    for (const [name, text] of Object.entries({
      text: 'not a journal\n',
      json: '{"record":{"version":1,"value":"inService"}}\n',
      unsigned: `00000000 ${JSON.stringify(entry(1))}\n`,
      binary: '\u0001\u0000\u0002\n\n\n\u0000x',
    })) {
      const state = join(dir, name);
      openJournal(state).close();
      writeFileSync(journalPath(state), text);
      const journal = openJournal(state);
      expect([name, journal.record]).toEqual([name, null]);
      expect(existsSync(join(state, 'journal-damaged'))).toBe(true);
      journal.append(entry(1));
      journal.close();
      expect(readRecord(state)?.seq).toBe(1);
    }
  });
});
