import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/engine/journal-format.ts';
import { replayJournal } from '../../src/engine/replay.ts';
import type { Deed } from '../crashes/play.ts';
import { livedJournal } from '../support/lived-journal.ts';

const story: Deed[] = [
  { does: 'wait', seconds: 40 },
  { does: 'addJob', seconds: 60 },
  { does: 'addJob', seconds: 60 },
  { does: 'failNextPlay', task: 0 },
  { does: 'wait', seconds: 90 },
  { does: 'runnerDies' },
  { does: 'wait', seconds: 60 },
  { does: 'interrupt' },
];

const changed = (entries: JournalEntry[], to: string, change: (entry: JournalEntry) => JournalEntry) =>
  entries.map((entry) => (entry.to === to && entry.from !== to ? change(entry) : entry));

describe('a replay', () => {
  it.each([
    ['with hooks', [], true],
    ['without hooks', [], false],
    ['with an agent that is killed again and again', [6, 9, 14, 20], true],
  ] as const)('agrees with what was recorded, %s', async (_, kills, hooks) => {
    const entries = await livedJournal(story, [...kills], hooks);
    const replay = replayJournal(entries);
    expect(replay.differences).toEqual([]);
    expect(replay).toMatchObject({ steps: entries.length, taken: 0 });
  });

  it('goes by the policy of the journal, not by the default', async () => {
    const entries = await livedJournal(story);
    const without = entries.map(({ policy: _, ...entry }) => entry);
    expect(replayJournal(entries).differences).toEqual([]);
    expect(replayJournal(without).differences.length).toBeGreaterThan(0);
  });

  it('shows another state, another command, another memory and another timer, each at its entry', async () => {
    const entries = await livedJournal(story);
    const idle = entries.findIndex(({ to, from }) => to === 'inService.idle' && from !== to);
    const faults: ((entry: JournalEntry) => JournalEntry)[] = [
      (entry) => ({ ...entry, to: 'inService.available' }),
      (entry) => ({ ...entry, commands: [{ type: 'markUnhealthy' }] }),
      ({ record, ...entry }) => ({
        ...entry,
        record: { ...record, context: { ...record.context, attempts: 7 } },
      }),
      ({ record, ...entry }) => ({
        ...entry,
        record: { ...record, timers: record.timers.map((timer) => ({ ...timer, at: timer.at + 1 })) },
      }),
    ];
    for (const fault of faults) {
      const [first] = replayJournal(changed(entries, 'inService.idle', fault)).differences;
      expect(first).toMatchObject({
        entry: idle + 1,
        event: 'runner.sampled',
        now: { to: 'inService.idle' },
      });
    }
  });

  it('takes an entry as it is when the one before it is missing, and goes on from there', async () => {
    const entries = await livedJournal(story);
    const replay = replayJournal([...entries.slice(2, 5), ...entries.slice(6)], entries[0]?.policy);
    expect(replay).toMatchObject({ taken: 2, differences: [] });
  });

  it('says so where the chart no longer has a recorded state', async () => {
    const entries = await livedJournal(story);
    const gone = entries.map((entry, index) =>
      index === 3 ? { ...entry, record: { ...entry.record, value: 'daydreaming' } } : entry,
    );
    const { differences } = replayJournal(gone);
    expect(differences[0]).toMatchObject({
      entry: 5,
      now: null,
      problem: expect.stringContaining('daydreaming'),
    });
  });
});
