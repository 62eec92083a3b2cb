import { expect, test } from 'vitest';
import type { PlaybookEvent } from '../../src/playbooks/events.ts';
import { type Played, type PlayedTask, tasksOf } from '../../src/trial/played.ts';
import { judgePlays } from '../../src/trial/verdicts.ts';

const task = (name: string, changed: boolean | null, more: Partial<PlayedTask> = {}): PlayedTask => ({
  name,
  changed,
  really: false,
  failed: null,
  took: 10,
  calls: [],
  ...more,
});

const played = (tasks: PlayedTask[], more: Partial<Played> = {}): Played => ({
  exitCode: 0,
  tasks,
  changes: [],
  files: [],
  output: '',
  took: 30,
  ...more,
});

const good = {
  check: played([task('write', true)]),
  real: played([task('write', true, { calls: ['gitlab verifyRunner (200)'] })], { files: ['config.toml'] }),
  again: played([task('write', false)]),
};

const against = (plays: Partial<typeof good>) =>
  judgePlays({ ...good, ...plays }, ['glrt-secret'])
    .filter((verdict) => !verdict.good)
    .map(({ question, against }) => [question, ...against]);

test('what announces itself, changes once and shows nothing is good in every way', () => {
  expect(against({})).toEqual([]);
});

test('a check mode that is wrong about a task, in either way, or acts, is not honest', () => {
  expect(against({ check: played([task('write', false)]) })).toEqual([
    ['honest check mode', 'write changes something, and check mode says that it does not'],
  ]);
  expect(against({ check: played([task('write', null)]) })[0]?.[1]).toContain('is skipped in check mode');
  expect(against({ real: played([task('write', false)]) })[0]?.[1]).toContain(
    'check mode says that it would',
  );
  expect(against({ check: played([task('write', true, { really: true })]) })).toEqual([
    ['honest check mode', 'write changes something in check mode too, with check_mode: false'],
  ]);
  const acting = played([task('write', true, { calls: ['autoscaling SetDesiredCapacity (200)'] })], {
    files: ['a'],
  });
  expect(against({ check: acting })).toEqual([
    [
      'honest check mode',
      'write called autoscaling SetDesiredCapacity (200) in check mode',
      'check mode changed a',
    ],
  ]);
});

test('what changes again is not idempotent, whatever Ansible is told', () => {
  expect(against({ again: played([task('write', true)]) })[0]).toEqual([
    'idempotent',
    'write says "changed" the second time too',
  ]);
  expect(
    against({ again: played([task('write', false)], { changes: ['desired capacity became 3'] }) })[0],
  ).toEqual(['idempotent', 'the second time too: desired capacity became 3']);
});

test('a secret anywhere in the output is told, and not shown again', () => {
  const [verdict = []] = against({ real: played([task('write', true)], { output: 'token: glrt-secret' }) });
  expect(verdict[0]).toBe('keeps secrets');
  expect(verdict.join()).not.toContain('glrt-secret');
});

test('a task that fails, and a play that ends badly without one, do not work', () => {
  expect(against({ again: played([task('write', null, { failed: 'no disk' })], { exitCode: 2 }) })).toEqual([
    ['works', 'again, write failed: no disk'],
  ]);
  expect(against({ real: played(good.real.tasks, { exitCode: 4 }) })).toEqual([
    ['works', 'for real it ended with 4'],
  ]);
});

test('events and calls are put together task by task, loops as one', () => {
  const events = [
    { event: 'task', counter: 1, at: 100, task: 'one' },
    { event: 'item_ok', counter: 2, at: 110, task: 'one', changed: false },
    { event: 'item_ok', counter: 3, at: 120, task: 'one', changed: true },
    { event: 'task', counter: 4, at: 150, task: 'two' },
    { event: 'failed', counter: 5, at: 160, task: 'two', msg: 'why', ignored: true },
    { event: 'task', counter: 6, at: 170, task: 'three' },
    { event: 'failed', counter: 7, at: 180, task: 'three', msg: 'why' },
  ] as PlaybookEvent[];
  expect(tasksOf(events, [{ at: 155, text: 'a call' }], 200)).toEqual([
    task('one', true, { took: 50 }),
    task('two', null, { took: 20, calls: ['a call'] }),
    task('three', null, { took: 30, failed: 'why' }),
  ]);
});
