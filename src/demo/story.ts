import type { DemoWorld } from './world.ts';

/** How long a step may take (ms) before the story is given up: several times what two slow cores need. */
const STEP_LIMIT = 90_000;
/** The last job goes on until its instance has asked for more time this often: well past the hook's timeout. */
const HEARTBEATS_TO_SEE = 4;

/** Tells which step begins. */
export type Announce = (step: string) => void;

/**
 * The story of a group (minimum 1, maximum 3): launch, jobs, saturation, scale up, idle, retire, and at last a drain
 * under a running job. Jobs end when the story says so, not after a time, so that a slow machine tells the same story.
 */
export async function playStory(world: DemoWorld, announce: Announce): Promise<void> {
  const until = <T>(what: string, condition: () => T | null | undefined | false) =>
    world.until(what, condition, STEP_LIMIT);

  const { observed } = world;

  announce('The group launches its first instance');
  const first = await until('an instance in service', () => observed.inService()[0]);

  announce('Two jobs fill its runner; a third has to wait');
  const [build, test] = [world.addJob('build'), world.addJob('test')];
  await until('both jobs running', () => build.runningOn() === first && test.runningOn() === first);
  const lint = world.addJob('lint');

  announce('Saturated: the group grows, and the second instance takes the waiting job');
  const second = await until('a second instance in service', () =>
    observed.inService().find((id) => id !== first),
  );
  await until('the third job running on the second instance', () => lint.runningOn() === second);

  announce('Jobs finish; the second instance has none left, and retires');
  build.finish();
  lint.finish();
  await until('the second instance gone', () => observed.isGone(second));

  announce('An operator takes the last instance away while a job runs on it');
  await world.closeGroup(first);
  await until(
    'heartbeats that keep the instance for its job',
    () => observed.heartbeats(first) >= HEARTBEATS_TO_SEE,
  );

  announce('The job ends; the runner is unregistered, and the instance is released');
  test.finish();
  await until('the first instance gone', () => observed.isGone(first));
}
