import { watch } from 'node:fs';
import { join } from 'node:path';
import type { RunningInstance } from '../src/sandbox/sandbox.ts';
import { launchAgent } from './lib/agent.ts';
import type { Figure } from './lib/figure.ts';
import { delay, textOf } from './lib/wait.ts';
import { inWorld, type World } from './lib/world.ts';

const POLL = 'meta-data/spot/instance-action';
/** The default of `metadata.interval`, in s. */
const INTERVAL = 2;
const REACTION = 0.3;

/**
 * From a Spot notice in the metadata until the runner has taken SIGQUIT, by the runner's own log. The notices fall
 * evenly over the poll interval, so that the worst wait for a poll is among them; every single one is bound.
 */
export function noticeToSigquit(pairs: number): Promise<Figure[]> {
  return inWorld({}, async (world) => {
    const ours: number[] = [];
    const reactions: number[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      const instance = await launchAgent(world);
      const { total, reaction } = await sample(world, instance, ((pair + 0.5) / pairs) * INTERVAL * 1_000);
      ours.push(total);
      reactions.push(reaction);
    }
    return [
      {
        figure: 'notice-to-sigquit',
        unit: 's',
        ours,
        baseline: ours.map(() => INTERVAL),
        against: 'the poll interval',
        bound: { of: 'worst', atMost: INTERVAL + REACTION },
        also: { 'worst from poll to SIGQUIT': Math.max(...reactions) },
      },
    ];
  });
}

/** One notice, `after` ms behind a poll. */
async function sample(world: World, instance: RunningInstance, after: number) {
  const { sandbox } = world;
  const poll = { operation: POLL, instanceId: instance.id };
  await world.seen(poll, world.now());
  await delay(after);
  const quit = sigquitOf(instance);
  const since = world.now();
  const noticed = Date.now();
  sandbox.interrupt(instance.id);
  const at = await quit;
  const told = await world.seen({ ...poll, status: 200 }, since);
  // EC2 takes the instance; what the drain does is another figure's.
  sandbox.autoscaling.resize({ desiredCapacity: 0 });
  sandbox.autoscaling.lost(instance.id);
  return { total: (at - noticed) / 1_000, reaction: (at - told.at) / 1_000 };
}

/** When the runner's log first names SIGQUIT, in ms since the epoch. */
function sigquitOf(instance: RunningInstance): Promise<number> {
  const path = join(instance.dir, 'gitlab-runner', 'runner.log');
  return new Promise((resolve, reject) => {
    const watcher = watch(path, () => {
      if (!textOf(path).includes('received stop signal: SIGQUIT')) return;
      clearTimeout(timer);
      watcher.close();
      resolve(Date.now());
    });
    const timer = setTimeout(() => {
      watcher.close();
      reject(new Error(`the runner of ${instance.id} got no SIGQUIT`));
    }, 30_000);
  });
}
