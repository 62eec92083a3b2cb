import { expect, test } from 'vitest';
import type { JournalEntry } from '../../src/engine/journal-format.ts';
import { explain } from '../../src/explain/explanation.ts';
import { parseSince } from '../../src/explain/since.ts';
import { describeExplanation } from '../../src/explain/text.ts';
import { createPaint } from '../../src/terminal/paint.ts';
import { livedJournal } from '../support/lived-journal.ts';

const render = (entries: JournalEntry[], colours = false, after = 5_000) => {
  const newest = entries.at(-1);
  if (newest === undefined) throw new Error('no entries');
  const options = { paint: createPaint(colours), width: 80, now: newest.record.at + after };
  return describeExplanation(newest, explain(entries), options);
};

test('the text reads in 80 columns, names the day once, and ends with what comes next', async () => {
  const entries = await livedJournal([{ does: 'wait', seconds: 60 }]);
  const idle = entries.findIndex(({ to }) => to === 'inService.idle');
  const text = render(entries.slice(0, idle + 1));
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(text.match(/1970-01-01/g)).toHaveLength(1);
  expect(text).toContain('inService.idle  since 5 s');
  expect(text).toContain('in 1 m 55 s: without a job until then, the instance is retired');
});

test('a dry run is told as one: what was withheld was not done, what only reads was', async () => {
  const entries = await livedJournal([{ does: 'wait', seconds: 60 }]);
  const text = render(entries.map((entry) => ({ ...entry, dryRun: true })));
  expect(text.split('\n')[1]).toMatch(/^dry run: nothing of this was done\./);
  expect(text).toContain('did  looked at metadata, group and runner: done');
  expect(text).toMatch(/not {2}played gitlab_runner_init\.yml \(init-1\)[^:]*: only\s+checked/);
  expect(text).not.toMatch(/did {2}(played|asked|sent|answered|told)/);
  expect(render(entries)).not.toContain('dry run');
});

test('text from outside cannot steer the terminal', async () => {
  const [first] = await livedJournal([{ does: 'wait', seconds: 5 }]);
  if (first === undefined) throw new Error('no entries');
  const hostile = 'x\u001b[2J\r\n\u0007\u202eevil\u2028';
  const event = { type: 'playbook.failed', operation: hostile, reason: 'failed', message: hostile, at: 1 };
  const entry: JournalEntry = {
    ...first,
    event,
    to: hostile,
    commands: [{ type: 'playInit', operation: hostile, completeHook: true }],
    record: { ...first.record, instanceId: hostile, seq: first.record.seq + 1 },
  };
  const text = render([first, entry]);
  expect(text).toContain('evil');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2028]/);
});

test('colours are there only when asked for', async () => {
  const entries = await livedJournal([{ does: 'wait', seconds: 20 }]);
  expect(render(entries)).not.toContain('\u001b');
  expect(render(entries, true)).toContain('\u001b[1m');
});

test.each([
  ['90s', 910_000],
  ['1000', 0],
  ['1970-01-01T00:10', 600_000],
  ['1970-01-01 00:10:30', 630_000],
  ['1970-01-01T01:10+01:00', 600_000],
  ['1970-01-01', 0],
  ['yesterday', null],
  ['1970-13-01', null],
])('--since %s is understood', (text, moment) => {
  expect(parseSince(text, 1_000_000)).toBe(moment);
});
