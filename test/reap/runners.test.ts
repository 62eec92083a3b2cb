import { afterEach, describe, expect, test } from 'vitest';
import type { SandboxRunner } from '../../src/sandbox/gitlab/model.ts';
import { forget, type ReapWorld, reapWorld } from './world.ts';

let world: ReapWorld;
afterEach(() => world.close());

const perInstance = { entries: [{ runnerType: 'instance_type' }], instances: 2 };

/** A runner as gitlab_runner_init.yml creates it: it is called after its instance. */
const created = (description: string, more: Parameters<typeof world.sandbox.gitlab.addRunner>[0] = {}) =>
  world.sandbox.gitlab.addRunner({ description, ...more });
const isThere = (runner: SandboxRunner) => world.sandbox.gitlab.runners.includes(runner);
const unknown = (mend: string) =>
  expect.objectContaining({ event: 'unknown', what: 'runner', mend: expect.stringContaining(mend) });

describe('a runner that was created for one instance', () => {
  test('goes with its manager when the instance is gone, and stays while it is there', async () => {
    world = await reapWorld(perInstance);
    const [gone = '', living = ''] = world.ids;
    const [first, second] = [created(gone), created(living)];
    await world.contact(first, gone);
    await world.contact(second, living);
    world.sandbox.autoscaling.terminate(gone, true);
    const { summary } = await world.reap();
    expect(summary).toMatchObject({ removed: { runners: 1, managers: 0 }, living: 1, unknown: 0, left: 0 });
    expect([isThere(first), isThere(second), isThere(world.shared)]).toEqual([false, true, true]);
  });

  test('goes also when it never called, and when it has a name of its own', async () => {
    world = await reapWorld({ entries: [{ name: 'big' }, { name: 'small' }] });
    const [gone = ''] = world.ids;
    const runners = [created(`big (${gone})`), created(`small (${gone})`)];
    world.sandbox.autoscaling.terminate(gone, true);
    expect((await world.reap()).summary).toMatchObject({ removed: { runners: 2 }, left: 0 });
    expect(runners.filter(isThere)).toEqual([]);
  });

  test('of a group is looked for in that group', async () => {
    world = await reapWorld({ entries: [{ runnerType: 'group_type', groupId: 7 }] });
    const [gone = ''] = world.ids;
    const ours = created(gone, { runnerType: 'group_type', ownerId: 7 });
    const theirs = created(gone, { runnerType: 'project_type', ownerId: 7 });
    world.sandbox.autoscaling.terminate(gone, true);
    expect((await world.reap()).summary).toMatchObject({ removed: { runners: 1 } });
    expect([isThere(ours), isThere(theirs)]).toEqual([false, true]);
  });

  test('stays, as unknown, when another host uses it too', async () => {
    world = await reapWorld(perInstance);
    const [gone = '', living = ''] = world.ids;
    const runner = created(gone);
    await world.contact(runner, gone);
    await world.contact(runner, living);
    world.sandbox.autoscaling.terminate(gone, true);
    const { summary, told } = await world.reap();
    expect(summary).toMatchObject({ removed: { runners: 0 }, unknown: 1, left: 0 });
    expect(told).toContainEqual(unknown('unregister that host'));
    expect(isThere(runner)).toBe(true);
  });

  test('stays, as unknown, when EC2 of this region never had its instance', async () => {
    world = await reapWorld(perInstance);
    const runner = created('i-0fedcba9876543210');
    const { summary, told } = await world.reap();
    expect(summary).toMatchObject({ removed: { runners: 0 }, unknown: 1, left: 0 });
    expect(told).toContainEqual(unknown('region and the credentials'));
    expect(isThere(runner)).toBe(true);
  });

  test('goes when EC2 no longer knows an instance of this region beside one that it does', async () => {
    world = await reapWorld(perInstance);
    const [gone = '', living = ''] = world.ids;
    const [first, second] = [created(gone), created(living)];
    world.sandbox.autoscaling.terminate(gone, true);
    forget(world.sandbox, gone);
    expect((await world.reap()).summary).toMatchObject({ removed: { runners: 1 }, living: 1 });
    expect([isThere(first), isThere(second)]).toEqual([false, true]);
  });
});

describe('a runner that only resembles ours', () => {
  test.each([
    ['with more words', (id: string) => `old ${id}`],
    ['with two instances', (id: string) => `${id} ${id}`],
  ])('%s in its description is not mentioned', async (_, describe) => {
    world = await reapWorld(perInstance);
    const [gone = ''] = world.ids;
    const runner = created(describe(gone));
    world.sandbox.autoscaling.terminate(gone, true);
    expect((await world.reap()).summary).toMatchObject({ removed: { runners: 0 }, unknown: 0, left: 0 });
    expect(isThere(runner)).toBe(true);
  });

  test('stays where every entry has a token: of shared runners only managers go', async () => {
    world = await reapWorld();
    const [gone = ''] = world.ids;
    const runner = created(gone);
    await world.contact(world.shared, gone);
    world.sandbox.autoscaling.terminate(gone, true);
    expect((await world.reap()).summary).toMatchObject({ removed: { runners: 0, managers: 1 } });
    expect(isThere(runner)).toBe(true);
  });
});
