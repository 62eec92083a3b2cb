import type { RunningInstance } from '../src/sandbox/sandbox.ts';
import { launchAgent } from './lib/agent.ts';
import { byHandArgs, launchByHand, playBare } from './lib/by-hand.ts';
import type { Figure } from './lib/figure.ts';
import { holdJob } from './lib/job.ts';
import { inPairs } from './lib/pairs.ts';
import { delay } from './lib/wait.ts';
import { inWorld, type World } from './lib/world.ts';

/** Longer than the start of unreg takes: a job that delays a drain is longer than that. */
const INTO_THE_DRAIN = 4_000;

/**
 * From the end of the last job, as GitLab learns it, to the completion of the terminate hook: an agent on the default
 * settings, beside gitlab_runner_unreg.yml played by hand the moment the instance is taken.
 */
export function jobEndToRelease(pairs: number): Promise<Figure[]> {
  return inWorld({}, async (world) => {
    const values = await inPairs(
      pairs,
      async () => drain(world, await launchAgent(world), async () => {}),
      async () => {
        const instance = await launchByHand(world);
        const args = byHandArgs(instance, { autoscaling_lifecycle_hook: 'terminate' });
        return drain(world, instance, () =>
          playBare('playbooks/gitlab_runner_unreg.yml', instance.dir, args),
        );
      },
    );
    return [
      {
        figure: 'job-end-to-release',
        unit: 's',
        ...values,
        against: 'the unreg playbook by hand',
        bound: { of: 'worst', atMost: 5 },
      },
    ];
  });
}

/** Takes the instance during a job, lets the job end in the middle of the drain, and waits for the release. */
async function drain(
  world: World,
  instance: RunningInstance,
  begin: () => Promise<unknown>,
): Promise<number> {
  const since = world.now();
  const job = holdJob(world, instance);
  await world.seen({ subject: 'job', id: job.id, state: 'running' }, since);
  world.sandbox.autoscaling.terminate(instance.id, true);
  const playing = begin();
  // Its failure is said below, in its turn.
  playing.catch(() => {});
  await delay(INTO_THE_DRAIN);
  job.end();
  const ended = await world.seen({ subject: 'job', id: job.id, state: 'success' }, since);
  const released = await world.seen(
    { subject: 'hook', state: 'completed', instanceId: instance.id, result: 'CONTINUE' },
    ended.seq,
  );
  await playing;
  return (released.at - ended.at) / 1_000;
}
