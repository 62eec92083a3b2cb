import { expect, test } from 'vitest';
import { lifecycleGraph } from '../../src/chart/graph.ts';
import { explain } from '../../src/explain/explanation.ts';
import { hasMeaning } from '../../src/explain/state-words.ts';
import { livedJournal } from '../support/lived-journal.ts';

const wait = (seconds: number) => ({ does: 'wait' as const, seconds });
const busy = { does: 'addJob' as const, seconds: 90 };

test('each decision tells the reading, the reason, the command and how it ended', async () => {
  const told = explain(await livedJournal([wait(30), busy, busy, wait(60)]));
  expect(told.slice(0, 3).map(({ to }) => to)).toEqual([
    'discovering',
    'launching.registering',
    'launching.joining',
  ]);
  const scaled = told.find(({ to }) => to === 'inService.saturated.scalingUp');
  expect(scaled?.saw).toBe('2 of 2 jobs ran on the runner');
  expect(scaled?.so).toContain('every slot is taken');
  expect(scaled?.did.at(-1)).toMatchObject({
    text: expect.stringMatching(/^played scale_up\.yml \(scaleUp-\d+\)$/),
    outcome: 'done',
    ending: expect.stringContaining('desired capacity went from 2 to 3'),
  });
});

test('a termination tells its reason, its deadline and that the hook was answered', async () => {
  const told = explain(await livedJournal([wait(30), busy, { does: 'interrupt' }, wait(200)]));
  const draining = told.find(({ to }) => to === 'terminating.draining');
  expect(draining?.saw).toMatch(/^EC2 announced a Spot interruption \(terminate\) for \d\d:\d\d:\d\d$/);
  expect(draining?.so).toMatch(/may finish until \d\d:\d\d:\d\d/);
  expect(draining?.did.map(({ text }) => text)[0]).toBe('told the runner to take no new job');
});

test('heartbeats of one drain are one line, however many there were', async () => {
  const told = explain(
    await livedJournal([wait(30), { does: 'addJob', seconds: 190 }, { does: 'terminate' }, wait(300)]),
  );
  const draining = told.find(({ to }) => to === 'terminating.draining');
  const heartbeats = draining?.did.filter(({ command }) => command === 'recordHeartbeat') ?? [];
  expect(heartbeats).toHaveLength(1);
  expect(heartbeats[0]?.times).toBeGreaterThan(3);
});

test('a play that was killed with its agent is told as cut short, and the next try with it', async () => {
  const told = explain(await livedJournal([wait(30)], [6]));
  const plays = told.flatMap(({ did }) => did).filter(({ command }) => command === 'playInit');
  expect(plays.length).toBeGreaterThan(1);
  expect(plays[0]).toMatchObject({ outcome: 'failed', ending: expect.stringContaining('was cut short') });
  expect(plays.at(-1)?.outcome).toBe('done');
});

test('since keeps the decision that was in force then, and all later ones', async () => {
  const entries = await livedJournal([wait(30), busy, wait(60)]);
  const all = explain(entries);
  const third = all[2];
  expect(explain(entries, (third?.at ?? 0) + 1)).toEqual(all.slice(2));
  expect(explain(entries, Number.MAX_SAFE_INTEGER)).toEqual(all.slice(-1));
});

test('every state of the chart has a sentence of its own or of the state around it', () => {
  const leaves = lifecycleGraph().nodes.filter(({ kind }) => kind !== 'compound');
  expect(leaves.map(({ id }) => id).filter((id) => !hasMeaning(id))).toEqual([]);
});
