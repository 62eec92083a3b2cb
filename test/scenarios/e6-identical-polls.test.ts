import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readEntries, readRecord } from '../../src/engine/journal.ts';
import { stateName } from '../../src/engine/record.ts';
import type { LogEntry } from '../../src/sandbox/log.ts';
import type { RunningInstance } from '../../src/sandbox/sandbox.ts';
import { scenario, type World } from './world.ts';

const NOTICE = 'meta-data/spot/instance-action';
const REBALANCE = 'meta-data/events/recommendations/rebalance';
const OFTEN = { interval: '50ms' };

/** A hundred calls like this one, from now on. */
async function hundred({ seen, sandbox }: World, call: Partial<LogEntry>): Promise<void> {
  const { length } = sandbox.log.entries;
  let count = 0;
  await seen((entry) => {
    const counts = entry.seq > length && Object.entries(call).every(([key, value]) => entry[key] === value);
    if (counts) count += 1;
    return count === 100;
  });
}

/** What the agent of an instance has written so far. */
function written({ dir }: RunningInstance) {
  const lines = readFileSync(join(dir, 'agent.log'), 'utf8').trimEnd().split('\n');
  return {
    journal: readEntries(join(dir, 'state')),
    log: lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

/** Journal entries and log lines that `meanwhile` has added. */
async function added(instance: RunningInstance, meanwhile: () => Promise<void>) {
  const before = written(instance);
  await meanwhile();
  const after = written(instance);
  return {
    events: after.journal.slice(before.journal.length).map(({ event }) => event.type),
    lines: after.log.slice(before.log.length),
  };
}

it('E6: a hundred identical polls make one transition and one log line, and none where nothing is new', async () => {
  const config = { metadata: OFTEN, metrics: OFTEN, autoscaling: OFTEN };
  await scenario({ group: { desiredCapacity: 1 }, config }, async (world) => {
    const { seen, sandbox, dir } = world;
    const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
    const instance = sandbox.instances.get(instanceId);
    if (instance === undefined) throw new Error('no instance');
    const settled = () => {
      const record = readRecord(join(instance.dir, 'state'));
      return record !== null && record.outbox.length === 0 ? stateName(record.value) : null;
    };
    await expect.poll(settled, { timeout: 60_000 }).toBe('inService.idle');

    const quiet = await added(instance, async () => {
      await hundred(world, { operation: NOTICE, status: 404 });
      await hundred(world, { operation: 'DescribeAutoScalingInstances', status: 200 });
    });
    expect(quiet).toEqual({ events: [], lines: [] });

    const unreadable = await added(instance, async () => {
      const mend = sandbox.faults.add({ service: 'metadata', operation: '*', kind: 'error', status: 503 });
      await hundred(world, { service: 'metadata', status: 503 });
      mend();
      await hundred(world, { operation: NOTICE, status: 404 });
    });
    expect(unreadable.events).toEqual([]);
    expect(unreadable.lines.map(({ msg }) => msg)).toEqual([
      'metadata cannot be read; nothing is inferred from that',
      'metadata answers again',
    ]);

    const rebalance = await added(instance, async () => {
      sandbox.rebalance(instanceId);
      await hundred(world, { operation: REBALANCE, status: 200 });
    });
    expect(rebalance).toEqual({ events: ['rebalance.noticed'], lines: [] });

    const finish = join(dir, 'finish');
    const job = sandbox.gitlab.addJob({ script: [`until [ -e ${finish} ]; do sleep 0.2; done`] });
    await seen({ subject: 'job', id: job.id, state: 'running' });
    const interruption = await added(instance, async () => {
      sandbox.interrupt(instanceId, { inSeconds: 120, hook: 'never' });
      await hundred(world, { operation: NOTICE, status: 200 });
    });
    expect(interruption.events.filter((type) => type === 'interruption.noticed')).toHaveLength(1);
    const transitions = interruption.lines.filter(({ msg }) => msg === 'transition');
    expect(transitions.filter(({ event }) => event === 'interruption.noticed')).toHaveLength(1);
    expect(transitions.at(-1)).toMatchObject({ event: 'interruption.noticed', to: 'terminating.draining' });

    writeFileSync(finish, '');
    await seen({ subject: 'job', id: job.id, state: 'success' });
    await seen({ subject: 'manager', state: 'deleted' });
  });
}, 240_000);
