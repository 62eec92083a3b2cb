import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { currentStates, statesOf } from '../../src/chart/current-states.ts';
import { lifecycleGraph } from '../../src/chart/graph.ts';
import { encodeEntry } from '../../src/engine/journal-format.ts';
import { type LifecycleRecord, recordVersion } from '../../src/engine/record.ts';
import { begin } from '../../src/engine/step.ts';
import { defaultPolicy } from '../../src/lifecycle/policy.ts';
import { stateDirectory } from '../support/state-directory.ts';
import { drover } from './drover.ts';

const dir = mkdtempSync(join(tmpdir(), 'drover-chart-'));
afterAll(() => rmSync(dir, { recursive: true }));
const graph = lifecycleGraph();

const { snapshot } = begin(defaultPolicy, 0);
const { policy: _, ...context } = snapshot.context;
const record: LifecycleRecord = {
  version: recordVersion,
  instanceId: 'i-1',
  bootId: 'b',
  clockOffset: 0,
  life: 1,
  seq: 1,
  at: 1,
  value: { inService: { saturated: 'scalingUp' } },
  context,
  timers: [],
  outbox: [],
};

const entry = { event: { type: 'x', at: 1 }, from: null, to: 'inService', commands: [], record };

test('--state takes this instance’s own id', async () => {
  const { dir, config } = stateDirectory([entry]);
  const { stdout } = await drover(['chart', '--state', 'i-1', '--json', '--config', config]);
  expect(JSON.parse(stdout).current).toEqual(['inService.saturated.scalingUp']);
  const svg = await drover(['chart', '--state', 'i-1', '--format', 'svg', '--config', config]);
  expect(svg.stdout.match(/current" data-state="[^"]+/g)?.at(-1)).toContain('inService.saturated.scalingUp');
  rmSync(dir, { recursive: true });
});

test('--state takes a state’s name, a state directory or a journal', () => {
  const journal = join(dir, 'journal');
  writeFileSync(journal, encodeEntry(entry));
  expect(currentStates('terminating.draining', graph)).toEqual(['terminating.draining']);
  expect(currentStates(dir, graph)).toEqual(['inService.saturated.scalingUp']);
  expect(currentStates(journal, graph)).toEqual(['inService.saturated.scalingUp']);
});

test('a state that is none, a journal that is none and an unknown format are told with their mend', async () => {
  const none = join(dir, 'notes');
  writeFileSync(none, 'no journal\n');
  expect(() => currentStates('inService.idl', graph)).toThrow('did you mean inService.idle?');
  expect(() => currentStates(none, graph)).toThrow(`${none} is not a journal of Drover`);
  expect(() => currentStates('/dev/zero', graph)).toThrow('it is not a file');
  expect(() => currentStates(tmpdir(), graph)).toThrow(/cannot be read as a journal: there is no such file/);
  expect(() => statesOf([{ ...entry, record: { ...record, value: 'asleep' } }], graph, 'i-1')).toThrow(
    'the record of i-1 is in asleep, which this chart lacks',
  );
  const { exitCode, stderr } = await drover(['chart', '--format', 'png']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('svg');
});
