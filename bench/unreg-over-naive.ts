import { byHandArgs, launchByHand, playBare } from './lib/by-hand.ts';
import type { Figure } from './lib/figure.ts';
import { inPairs } from './lib/pairs.ts';
import { inWorld, type World } from './lib/world.ts';

/**
 * The unreg playbook as shipped over the same steps written naively (naive/unreg.yml), both played by hand with the same
 * variables and settings on an instance that waits in Terminating:Wait with a live, idle runner.
 */
export function unregOverNaive(pairs: number): Promise<Figure[]> {
  return inWorld({}, async (world) => {
    const values = await inPairs(
      pairs,
      () => takeDown(world, 'playbooks/gitlab_runner_unreg.yml'),
      () => takeDown(world, 'bench/naive/unreg.yml'),
    );
    return [
      {
        figure: 'unreg-over-naive',
        unit: 's',
        ...values,
        against: 'the same steps written naively',
        bound: { of: 'ratio', atMost: 0.75 },
      },
    ];
  });
}

/** Seconds that the playbook takes; throws unless it has done the whole work. */
async function takeDown(world: World, playbook: string): Promise<number> {
  const instance = await launchByHand(world);
  const since = world.now();
  world.sandbox.autoscaling.terminate(instance.id, true);
  const seconds = await playBare(
    playbook,
    instance.dir,
    byHandArgs(instance, {
      autoscaling_lifecycle_hook: 'terminate',
      metadata_url: instance.metadataUrl,
    }),
  );
  await world.seen({ subject: 'manager', state: 'deleted' }, since);
  await world.seen(
    { subject: 'hook', state: 'completed', instanceId: instance.id, result: 'CONTINUE' },
    since,
  );
  return seconds;
}
