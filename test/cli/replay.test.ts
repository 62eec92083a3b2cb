import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeEntry, type JournalEntry } from '../../src/engine/journal-format.ts';
import { livedJournal } from '../support/lived-journal.ts';
import { type StateDirectory, stateDirectory } from '../support/state-directory.ts';
import { drover } from './drover.ts';

let entries: JournalEntry[];
let state: StateDirectory;
beforeAll(async () => {
  entries = await livedJournal([{ does: 'wait', seconds: 30 }, { does: 'terminate' }]);
  state = stateDirectory(entries);
});
afterAll(() => rmSync(state.dir, { recursive: true }));

const file = (name: string, content: Buffer | string): string => {
  const path = join(state.dir, name);
  writeFileSync(path, content);
  return path;
};

test('the same machine decides as recorded, from the file or its directory', async () => {
  for (const path of [state.journal, dirname(state.journal)]) {
    const { exitCode, stdout } = await drover(['replay', path]);
    expect(stdout).toBe(`${entries.length} decisions replayed: each would be the same today`);
    expect(exitCode).toBe(0);
  }
});

test('another decision is shown with what was and what would be now, and exits with 1', async () => {
  const other = entries.map((entry) =>
    entry.to === 'terminating.draining' ? { ...entry, to: 'inService.idle', commands: [] } : entry,
  );
  const path = file('other', Buffer.concat(other.map(encodeEntry)));
  const { exitCode, stdout } = await drover(['replay', path]);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/was {2}inService\.idle\n {4}now {2}terminating\.draining/);
  const { stdout: lines } = await drover(['replay', '--json', path]);
  const [first, ...rest] = lines.split('\n').map((line) => JSON.parse(line));
  expect(first).toMatchObject({ event: 'difference', changes: expect.arrayContaining([]) });
  expect(rest.at(-1)).toMatchObject({ event: 'summary', damaged: 0 });
});

test.each([
  ['a file of another kind', () => file('kind', readFileSync(state.config)), 'is not a journal of Drover'],
  ['an empty file', () => file('empty', ''), 'is empty'],
  ['zeros only', () => file('zeros', Buffer.alloc(10_000)), 'is empty'],
  ['a file that is not there', () => join(state.dir, 'none'), 'there is no such file'],
  ['a directory without a journal', () => state.dir, 'there is no such file'],
  ['a device', () => '/dev/zero', 'it is not a file'],
  [
    'sound lines of something else',
    () => file('alien', encodeEntry({ hello: 'world', record: { version: 1 } } as unknown as JournalEntry)),
    'entry 1 is not as this version writes it',
  ],
])('%s is refused with what to name, and exits with 2', async (_, path, message) => {
  const { exitCode, stderr } = await drover(['replay', path()]);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(exitCode).toBe(2);
});
