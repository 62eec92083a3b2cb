import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Journal } from '../../src/engine/journal.ts';
import type { JournalEntry } from '../../src/engine/journal-format.ts';
import { anyRun } from './any-run.ts';
import { play } from './play.ts';

type Sabotage = (journal: Journal) => Journal;

/** What is written differs from what the engine meant. */
const writing = (change: (entry: JournalEntry) => JournalEntry): Sabotage => {
  return (journal) => ({ ...journal, append: (entry) => journal.append(change(entry)) });
};

const withRecord = (change: (record: JournalEntry['record']) => Partial<JournalEntry['record']>) =>
  writing((entry) => ({ ...entry, record: { ...entry.record, ...change(entry.record) } }));

const faults: Record<string, Sabotage> = {
  'forgets its timers': withRecord(() => ({ timers: [] })),
  'forgets what it had begun': withRecord(() => ({ outbox: [] })),
  'carries out a command before it is written down': (journal) => {
    let late: JournalEntry | null = null;
    return {
      ...journal,
      append(entry) {
        if (late !== null) journal.append(late);
        late = entry;
      },
    };
  },
  'gives two operations one id': withRecord(({ context }) => ({ context: { ...context, operations: 0 } })),
};

const check = (sabotage: Sabotage, numRuns: number) =>
  fc.check(
    fc.asyncProperty(anyRun, async (run) => (await play(run, { sabotage })).length === 0),
    { numRuns, seed: 1, endOnFailure: true },
  );

it('finds nothing where the journal is merely wrapped', { timeout: 300_000 }, async () => {
  expect(
    (
      await check(
        writing((entry) => entry),
        200,
      )
    ).failed,
  ).toBe(false);
});

describe('the checks can fail: they catch an engine that', () => {
  for (const [name, sabotage] of Object.entries(faults)) {
    it(name, { timeout: 300_000 }, async () => {
      const found = await check(sabotage, 3_000);
      expect(found.failed, `not caught in ${found.numRuns} runs`).toBe(true);
      console.log(`${name}: caught after ${found.numRuns} runs`);
    });
  }
});
