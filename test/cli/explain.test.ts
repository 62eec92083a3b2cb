import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { livedJournal } from '../support/lived-journal.ts';
import { type StateDirectory, stateDirectory } from '../support/state-directory.ts';
import { drover } from './drover.ts';

let state: StateDirectory;
beforeAll(async () => {
  state = stateDirectory(await livedJournal([{ does: 'wait', seconds: 60 }]));
});
afterAll(() => rmSync(state.dir, { recursive: true }));

test('explain tells the decisions of this instance, without colours in a pipe', async () => {
  const { exitCode, stdout } = await drover(['explain', '--config', state.config]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('launching.registering');
  expect(stdout).toContain('played gitlab_runner_init.yml (init-1)');
  expect(stdout).not.toContain('\u001b');
});

test('--json gives a line a decision and the summary last; --since leaves out what was over by then', async () => {
  const whole = (await drover(['explain', '--json', '--config', state.config])).stdout.split('\n');
  const lines = whole.map((line) => JSON.parse(line));
  expect(lines[0]).toMatchObject({ event: 'decision', to: 'discovering', reading: 'life.begun' });
  expect(lines.at(-1)).toMatchObject({ event: 'summary', instanceId: 'i-1', decisions: lines.length - 1 });
  const { stdout } = await drover(['explain', '--json', '--since', '1h', '--config', state.config]);
  expect(stdout.split('\n')).toHaveLength(2);
});

test('a --since that is no moment is refused with what to write', async () => {
  const { exitCode, stderr } = await drover(['explain', '--since', 'noon', '--config', state.config]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('write a duration such as 90s or 2h');
});
