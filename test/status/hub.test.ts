import { expect, test } from 'vitest';
import { Hub } from '../../src/status/hub.ts';
import { groupView } from '../support/views.ts';
import { writeJournal } from './journal.ts';

test('an instance is shown with its state, what that means, its jobs, and since when', () => {
  const hub = new Hub({ title: 'test' });
  const journal = writeJournal();
  for (const entry of journal.serve()) hub.entry(entry);
  hub.entry(journal.sample(1));
  const more = journal.sample(2, 3);
  hub.entry(more);
  hub.entry(journal.sample(2, 3));
  expect(hub.instances).toMatchObject([
    { state: 'inService.available', meaning: 'jobs run and there is room for more', running: 2, limit: 3 },
  ]);
  const { instances } = hub.hello(0);
  expect(instances[0]?.steps.map(({ to }) => to)).toEqual([
    'discovering',
    'inService.unknown',
    'inService.idle',
    'inService.available',
  ]);
  expect(instances[0]?.points.map(({ running }) => running)).toEqual([null, 0, 1, 2]);
  expect(instances[0]?.steps.at(-1)?.saw).toBe('1 of 2 jobs ran on the runner');
  expect(instances[0]?.view.since).toBe(more.record.at - 1_000);
});

test('an open hook has its time left, from its opening or its last heartbeat', () => {
  const hub = new Hub({ title: 'test' });
  const journal = writeJournal();
  for (const entry of journal.serve()) hub.entry(entry);
  const leaving = journal.send({
    type: 'group.observed',
    group: groupView({ lifecycleState: 'Terminating:Wait' }),
  });
  hub.entry(leaving);
  const deadline = () => hub.instances[0]?.hook?.deadline;
  expect(hub.instances[0]?.hook).toMatchObject({ name: 'terminate', defaultResult: 'CONTINUE' });
  expect(deadline()).toBe(leaving.record.at + 30_000);
  const beat = journal.send({ type: 'heartbeat.recorded', transition: 'terminating' }, 9_000);
  hub.entry(beat);
  expect(deadline()).toBe(beat.record.at + 30_000);
  hub.entry(
    journal.send({ type: 'lifecycleAction.completed', transition: 'terminating', outcome: 'completed' }),
  );
  expect(hub.instances[0]?.hook).toBeNull();
});

test('an entry that is known already, and one of a journal that was set aside, change nothing', () => {
  const hub = new Hub({ title: 'test' });
  const baked = writeJournal('i-baked');
  for (const entry of baked.serve()) hub.entry(entry);
  const own = writeJournal('i-own');
  hub.entry(own.first);
  const { end } = hub.feed;
  hub.entry(own.first);
  expect(hub.feed.end).toBe(end);
  expect(hub.instances.map(({ id }) => id)).toEqual(['i-own']);
});

test('a playbook is shown task by task, and ends as the chart is told', () => {
  const hub = new Hub({ title: 'test' });
  const journal = writeJournal('i-1');
  hub.entry(journal.first);
  hub.entry(
    journal.send({
      type: 'discovered',
      group: groupView({ lifecycleState: 'Pending:Wait' }),
      target: null,
      runner: { alive: false, registered: false },
    }),
  );
  const { operation } = journal;
  const event = (name: 'start' | 'task' | 'ok' | 'failed', more: object = {}) =>
    hub.play('i-1', operation, { event: name, counter: 1, at: 5, ...more });
  event('start');
  event('task', { task: 'Register' });
  event('ok', { task: 'Register', changed: true });
  event('task', { task: 'Verify' });
  event('failed', { task: 'Verify', msg: 'refused' });
  hub.entry(
    journal.send({
      type: 'playbook.failed',
      operation,
      reason: 'failed',
      message: 'Verify: refused',
      facts: {},
    }),
  );
  expect(hub.hello(0).plays).toMatchObject([
    {
      operation,
      outcome: 'failed',
      tasks: [
        { name: 'Register', state: 'changed' },
        { name: 'Verify', state: 'failed', message: 'refused' },
      ],
    },
  ]);
});
