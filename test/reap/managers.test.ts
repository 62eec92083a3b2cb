import { afterEach, describe, expect, test } from 'vitest';
import { systemIdOf } from '../../src/reap/identity.ts';
import { forget, type ReapWorld, reapWorld } from './world.ts';

let world: ReapWorld;
afterEach(() => world.close());

/** Two instances with the shared runner, the first of which EC2 has terminated. */
async function oneGone(options: Parameters<typeof reapWorld>[0] = {}): Promise<[string, string]> {
  world = await reapWorld(options);
  const [gone = '', living = ''] = world.ids;
  await world.contact(world.shared, gone);
  await world.contact(world.shared, living);
  world.sandbox.autoscaling.terminate(gone, true);
  return [gone, living];
}

describe('the manager of a shared runner', () => {
  test('goes when its instance is terminated; that of a living one stays, and so does the runner', async () => {
    const [gone, living] = await oneGone();
    const { summary, told } = await world.reap();
    expect(world.systemIds()).toEqual([systemIdOf(living)]);
    expect(summary).toEqual({
      event: 'summary',
      check: false,
      removed: { runners: 0, managers: 1, hooks: 0 },
      gone: 0,
      living: 1,
      unknown: 0,
      left: 0,
    });
    expect(told).toContainEqual({
      event: 'manager',
      outcome: 'removed',
      what: 'manager',
      runnerId: world.shared.id,
      systemId: systemIdOf(gone),
      instanceId: gone,
      message: `EC2 says ${gone} is terminated`,
    });
  });

  test('goes when EC2 has forgotten the instance, long after its launch', async () => {
    const [gone, living] = await oneGone();
    forget(world.sandbox, gone);
    expect((await world.reap()).summary).toMatchObject({ removed: { managers: 1 }, living: 1 });
    expect(world.systemIds()).toEqual([systemIdOf(living)]);
  });

  test('stays while EC2 may not yet know a new instance', async () => {
    const [gone] = await oneGone();
    forget(world.sandbox, gone, 0);
    const { summary, told } = await world.reap();
    expect(summary).toMatchObject({ removed: { managers: 0 }, unknown: 1, left: 0 });
    expect(told).toContainEqual(
      expect.objectContaining({ event: 'unknown', mend: 'run reap again in an hour' }),
    );
  });

  test('stays, and is listed as unknown, when no instance of this region has its system id', async () => {
    world = await reapWorld();
    await world.contact(world.shared, 'i-0fedcba9876543210');
    const { summary, told } = await world.reap();
    expect(summary).toMatchObject({ removed: { managers: 0 }, unknown: 1, left: 0 });
    expect(told.find(({ event }) => event === 'unknown')).toMatchObject({
      systemId: systemIdOf('i-0fedcba9876543210'),
      instanceId: null,
      mend: expect.stringContaining('--group'),
    });
    expect(world.systemIds()).toHaveLength(1);
  });

  test('stays when somebody used it after its instance had gone', async () => {
    const [gone] = await oneGone();
    const manager = world.shared.managers.get(systemIdOf(gone));
    if (manager) manager.contactedAt += 600_000;
    const { summary, told } = await world.reap();
    expect(summary).toMatchObject({ removed: { managers: 0 }, unknown: 1 });
    expect(told).toContainEqual(
      expect.objectContaining({ event: 'unknown', mend: expect.stringContaining('.runner_system_id') }),
    );
  });

  test('is left, and said so, when no token under runners is its runner’s', async () => {
    const [gone] = await oneGone();
    const other = world.sandbox.gitlab.addRunner({ description: 'of another fleet' });
    await world.contact(other, gone);
    const { summary, told } = await world.reap();
    expect(summary).toMatchObject({ removed: { managers: 1 }, left: 1 });
    expect(told).toContainEqual(
      expect.objectContaining({
        outcome: 'left',
        runnerId: other.id,
        message: expect.stringContaining('add its tokenFile'),
      }),
    );
    expect(world.systemIds(other)).toHaveLength(1);
  });

  test('goes from each of several runners of one instance', async () => {
    world = await reapWorld({ shared: 2 });
    const [gone = '', living = ''] = world.ids;
    for (const runner of world.runners) {
      await world.contact(runner, gone);
      await world.contact(runner, living);
    }
    world.sandbox.autoscaling.terminate(gone, true);
    const { summary } = await world.reap();
    expect(summary).toMatchObject({ removed: { managers: 2 }, living: 2, gone: 0, left: 0 });
    for (const runner of world.runners) expect(world.systemIds(runner)).toEqual([systemIdOf(living)]);
  });
});

describe('EC2 that does not answer', () => {
  test.each(['throttle', 'error'] as const)(
    '(%s) means that nothing is removed',
    async (kind) => {
      await oneGone();
      world.sandbox.faults.add({ service: 'ec2', operation: 'DescribeInstances', kind });
      const seq = world.sandbox.log.entries.length;
      const { summary, told } = await world.reap();
      expect(summary).toMatchObject({ removed: { managers: 0 }, living: 0, left: 2 });
      expect(told).toContainEqual(
        expect.objectContaining({
          outcome: 'left',
          message: expect.stringContaining('DescribeInstances failed'),
        }),
      );
      expect(world.mutations(seq)).toEqual([]);
      expect(world.systemIds()).toHaveLength(2);
    },
    60_000,
  );
});
