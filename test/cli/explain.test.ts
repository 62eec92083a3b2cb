import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeEntry } from '../../src/engine/journal-format.ts';
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

test('a dry-run agent’s journal is shown when asked for, and as what it is', async () => {
  const lived = await livedJournal([{ does: 'wait', seconds: 60 }]);
  const { dir, config } = stateDirectory([], {});
  writeFileSync(join(dir, 'state', 'journal'), '');
  mkdirSync(join(dir, 'state', 'dry-run'));
  const dry = lived.map((entry) => encodeEntry({ ...entry, dryRun: true }));
  writeFileSync(join(dir, 'state', 'dry-run', 'journal'), Buffer.concat(dry));
  const acting = await drover(['status', '--config', config]);
  expect(acting.exitCode).toBe(1);
  expect(acting.stderr).toContain('only a dry-run agent has run here; add --dry-run');
  const status = await drover(['status', '--dry-run', '--config', config]);
  expect(status.stdout).toMatch(/^dry run +nothing of this was done/);
  const told = await drover(['explain', '--dry-run', '--config', config]);
  expect(told.stdout).toContain('dry run: nothing of this was done');
  const { stdout } = await drover(['explain', '--dry-run', '--json', '--config', config]);
  const lines = stdout.split('\n').map((line) => JSON.parse(line));
  expect(lines.at(-1)).toMatchObject({ event: 'summary', dryRun: true });
  expect(lines.flatMap(({ did = [] }) => did)).toContainEqual(
    expect.objectContaining({ command: 'playInit', outcome: 'withheld' }),
  );
  const other = await drover(['explain', 'i-2', '--dry-run', '--config', config]);
  expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('leave the instance id out') });
  rmSync(dir, { recursive: true });
});

test('a --since that is no moment is refused with what to write', async () => {
  const { exitCode, stderr } = await drover(['explain', '--since', 'noon', '--config', state.config]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('write a duration such as 90s or 2h');
});
