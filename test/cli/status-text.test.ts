import { expect, test } from 'vitest';
import { describeStatus } from '../../src/cli/status-text.ts';
import type { JournalEntry } from '../../src/engine/journal-format.ts';
import type { LifecycleRecord } from '../../src/engine/record.ts';
import { summarizeStatus } from '../../src/explain/status-summary.ts';
import { initialContext } from '../../src/lifecycle/context.ts';
import { inWords } from '../../src/terminal/duration-words.ts';

const start = Date.parse('2026-01-01T00:00:00Z');

const entry = (at: number, value: LifecycleRecord['value'], to: string): JournalEntry => ({
  event: { type: 'runner.sampled', at },
  from: null,
  to,
  commands: [],
  record: {
    version: 1,
    instanceId: 'i-0aa',
    bootId: 'boot',
    clockOffset: 0,
    life: 1,
    seq: 1,
    at,
    value,
    context: { ...initialContext(), running: 0, limit: 4 },
    timers: [
      { id: 'xstate.after.idleThreshold.lifecycle.inService.idle', event: { type: 'x' }, at: at + 60_000 },
    ],
    outbox: [{ id: '1.1.0', command: { type: 'observeGroup' } }],
  },
});

test('since is the moment when the present state was entered, not the last event in it', () => {
  const idle = { inService: 'idle' };
  const summary = summarizeStatus(
    [
      entry(start, { inService: 'available' }, 'inService.available'),
      entry(start + 1_000, idle, 'inService.idle'),
      entry(start + 9_000, idle, 'inService.idle'),
    ],
    start + 61_000,
  );
  expect(summary).toMatchObject({
    state: 'inService.idle',
    forMs: 60_000,
    since: '2026-01-01T00:00:01.000Z',
  });
});

test('the text names state, group, notice, timers and outbox in words', () => {
  const summary = summarizeStatus([entry(start, { inService: 'idle' }, 'inService.idle')], start + 5_000);
  const text = summary === null ? '' : describeStatus(summary);
  expect(text).toContain('inService.idle, for 5 s');
  expect(text).toContain('0 of 4 jobs');
  expect(text).toContain('idleThreshold in 55 s');
  expect(text).toContain('observeGroup');
  expect(text).toContain('none, or not known');
});

test('a dry run says in its first line that nothing of it was done', () => {
  const dry = { ...entry(start, { inService: 'idle' }, 'inService.idle'), dryRun: true as const };
  const summary = summarizeStatus([dry], start);
  expect(summary?.dryRun).toBe(true);
  expect(summary === null ? '' : describeStatus(summary)).toMatch(/^dry run +nothing of this was done/);
});

test('an empty journal has no status', () => {
  expect(summarizeStatus([], start)).toBeNull();
});

test.each([
  [400, '0 s'],
  [59_600, '1 m'],
  [200_000, '3 m 20 s'],
  [7_500_000, '2 h 5 m'],
  [90_000_000, '1 d 1 h'],
])('%d ms reads %s', (ms, text) => {
  expect(inWords(ms)).toBe(text);
});
