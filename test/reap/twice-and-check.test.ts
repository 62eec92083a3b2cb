import { afterEach, describe, expect, test } from 'vitest';
import { systemIdOf } from '../../src/reap/identity.ts';
import { type ReapWorld, reapWorld } from './world.ts';

let world: ReapWorld;
afterEach(() => world.close());

const terminateHook = { name: 'terminating', heartbeatTimeout: 600, defaultResult: 'CONTINUE' } as const;

/** Of each kind one thing to remove: a runner, a manager, a hook. */
async function leftovers(): Promise<void> {
  world = await reapWorld({
    instances: 2,
    entries: [{ runnerType: 'instance_type' }],
    group: { terminateHook },
  });
  const [gone = ''] = world.ids;
  await world.contact(world.shared, gone);
  await world.contact(world.sandbox.gitlab.addRunner({ description: gone }), gone);
  world.sandbox.autoscaling.terminate(gone, true);
  world.sandbox.autoscaling.terminateMachine(gone);
}

test('--check says what it would do, and makes no mutating call', async () => {
  await leftovers();
  const seq = world.sandbox.log.entries.length;
  const { summary, told } = await world.reap({ check: true });
  expect(summary).toMatchObject({
    check: true,
    removed: { runners: 1, managers: 1, hooks: 1 },
    gone: 0,
    left: 0,
  });
  expect(told.flatMap((event) => ('outcome' in event ? [event.outcome] : []))).toEqual([
    'would-remove',
    'would-remove',
    'would-remove',
  ]);
  expect(world.mutations(seq)).toEqual([]);
  expect(world.systemIds()).toHaveLength(1);
});

describe('reap beside another reap', () => {
  test('removes everything between them, and neither fails', async () => {
    await leftovers();
    const runs = await Promise.all([world.reap(), world.reap(), world.reap()]);
    for (const { summary } of runs) expect(summary).toMatchObject({ unknown: 0, left: 0 });
    expect(world.sandbox.gitlab.runners).toEqual([world.shared]);
    expect(world.systemIds()).toEqual([]);
    expect(world.sandbox.autoscaling.instances.has(world.ids[0] ?? '')).toBe(false);
    const completed = world.sandbox.log.entries.filter((entry) => entry.state === 'completed');
    expect(completed).toHaveLength(1);
  });

  test('a second one afterwards finds nothing to do', async () => {
    await leftovers();
    await world.reap();
    const seq = world.sandbox.log.entries.length;
    const { summary } = await world.reap();
    expect(summary).toMatchObject({ removed: { runners: 0, managers: 0, hooks: 0 }, gone: 0, left: 0 });
    expect(world.mutations(seq)).toEqual([]);
  });
});

describe('GitLab', () => {
  test('that is busy is asked again, no sooner than it says', async () => {
    await leftovers();
    const fault = { service: 'gitlab', operation: 'deleteManager', times: 1 } as const;
    world.sandbox.faults.add({ ...fault, kind: 'error', status: 502 });
    world.sandbox.faults.add({ ...fault, kind: 'throttle', retryAfter: 2 });
    expect((await world.reap()).summary).toMatchObject({ removed: { managers: 1 }, left: 0 });
    const calls = world.sandbox.log.entries.filter(({ operation }) => operation === 'deleteManager');
    expect(calls.map(({ status }) => status)).toEqual([502, 429, 204]);
    expect((calls[2]?.at ?? 0) - (calls[1]?.at ?? 0)).toBeGreaterThanOrEqual(1_950);
  }, 30_000);

  test('that asks for more time than there is leaves the rest for later, and is asked no more', async () => {
    await leftovers();
    for (const operation of ['deleteManager', 'deleteRunnerById']) {
      world.sandbox.faults.add({ service: 'gitlab', operation, kind: 'throttle', retryAfter: 3_600 });
    }
    const { summary, told } = await world.reap();
    expect(summary).toMatchObject({ removed: { runners: 0, managers: 0, hooks: 1 }, left: 2 });
    expect(told).toContainEqual(
      expect.objectContaining({ outcome: 'left', message: expect.stringContaining('asks to wait 3600 s') }),
    );
    expect(world.mutations().filter((operation) => /^delete/.test(operation))).toHaveLength(1);
  });

  test('whose answer to the removal was lost finds the manager gone, and is content', async () => {
    await leftovers();
    world.sandbox.faults.add({ service: 'gitlab', operation: 'deleteManager', kind: 'lost', times: 1 });
    expect((await world.reap()).summary).toMatchObject({ gone: 1, left: 0 });
    expect(world.systemIds()).not.toContain(systemIdOf(world.ids[0] ?? ''));
  });

  test('that refuses the token is not touched, the mend is told, and hooks are completed all the same', async () => {
    await leftovers();
    world.sandbox.faults.add({ service: 'gitlab', operation: 'listRunners', kind: 'error', status: 401 });
    const seq = world.sandbox.log.entries.length;
    const { summary, told } = await world.reap();
    expect(summary).toMatchObject({ removed: { runners: 0, managers: 0, hooks: 1 }, left: 1 });
    expect(told).toContainEqual({
      event: 'problem',
      message: expect.stringMatching(/GET runners\/all: status 401.*gitlab\.apiTokenFile/),
    });
    expect(world.mutations(seq)).toEqual(['CompleteLifecycleAction']);
  });

  test('that is asked by nobody’s administrator lists what the token owns', async () => {
    await leftovers();
    world.sandbox.faults.add({
      service: 'gitlab',
      operation: 'listRunners',
      kind: 'error',
      status: 403,
      times: 1,
    });
    expect((await world.reap()).summary).toMatchObject({ removed: { runners: 1, managers: 1 }, left: 0 });
  });

  test('with more runners than a page holds is read to the end', async () => {
    await leftovers();
    for (let index = 0; index < 120; index += 1) world.sandbox.gitlab.addRunner();
    const last = world.sandbox.gitlab.addRunner({ description: world.ids[0] ?? '' });
    expect((await world.reap()).summary).toMatchObject({ removed: { runners: 2, managers: 1 }, left: 0 });
    expect(world.sandbox.gitlab.runners).not.toContain(last);
  });
});
