import type { World, WorldOptions } from './world.ts';

/** Whole stories that must come to the same end, whatever is killed or fails in the middle of them. */
export interface Life {
  id: 'L1' | 'C1' | 'C5' | 'T1';
  options: WorldOptions;
  /** Resolves at the end of the story; what the end must be is checked by it and by the invariants. */
  play(world: World): Promise<void>;
}

/** Faults and kills cost time: a step may take this long (ms). */
const PATIENCE = 180_000;

const terminateHook = { name: 'terminate', heartbeatTimeout: 20, defaultResult: 'CONTINUE' as const };
const launchHook = { name: 'launch', heartbeatTimeout: 60, defaultResult: 'ABANDON' as const };

async function launched({ seen }: World): Promise<string> {
  const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' }, PATIENCE);
  return instanceId;
}

/** A job has succeeded, or a test has killed it with its runner and said so in the log. */
const done = ({ seen }: World, id: number) =>
  seen(
    ({ subject, id: job, state }) => subject === 'job' && job === id && /^(success|killed)$/.test(`${state}`),
    PATIENCE,
  );

/** A job runs: GitLab was told so, or, where that call has failed, is sent the job's log. */
const begun = ({ seen }: World, id: number) =>
  seen(
    ({ subject, id: job, state, operation, params }) =>
      (subject === 'job' && job === id && state === 'running') ||
      (operation === 'patchTrace' && (params as { id?: unknown }).id === id),
    PATIENCE,
  );

async function jobDone(world: World, script: string[]): Promise<void> {
  await done(world, world.sandbox.gitlab.addJob({ script }).id);
}

const once = (what: string, times: number): void => {
  if (times !== 1) throw new Error(`${what} ${times} times, not once`);
};

export const lives: readonly Life[] = [
  {
    id: 'L1',
    options: { group: { desiredCapacity: 1, launchHook, terminateHook } },
    async play(world) {
      const instanceId = await launched(world);
      await world.agentIn(instanceId, 'inService');
      const completed = world.entries({ subject: 'hook', state: 'completed', hook: 'launch' });
      once('the launch hook was completed', completed.length);
      once('a runner manager was made', world.entries({ subject: 'manager', state: 'created' }).length);
      await jobDone(world, ['true']);
    },
  },
  {
    id: 'C1',
    options: { group: { desiredCapacity: 1, maxSize: 4, launchHook, terminateHook } },
    async play(world) {
      const { seen, entries } = world;
      await launched(world);
      const { id, finish } = world.heldJob();
      await seen({ subject: 'group', desiredCapacity: 2 }, PATIENCE);
      const arrived = new Set<string>();
      await seen(({ subject, state, instanceId = '' }) => {
        if (subject === 'instance' && state === 'InService') arrived.add(instanceId);
        return arrived.size === 2;
      }, PATIENCE);
      finish();
      await done(world, id);
      once('desired capacity was changed', entries({ subject: 'group' }).length);
    },
  },
  {
    id: 'C5',
    options: {
      group: { desiredCapacity: 1, launchHook, terminateHook },
      config: { lifecycle: { idleThreshold: '3s' } },
    },
    async play(world) {
      const { seen, sandbox } = world;
      const instanceId = await launched(world);
      await seen({ subject: 'instance', state: 'Terminated', instanceId }, PATIENCE);
      if (sandbox.autoscaling.desiredCapacity !== 0) throw new Error('desired capacity is not one less');
    },
  },
  {
    id: 'T1',
    // EC2 takes its time, so that whatever follows the last call is seen too.
    options: { group: { desiredCapacity: 1, launchHook, terminateHook, shutdownDelay: 4_000 } },
    async play(world) {
      const { seen, sandbox, entries } = world;
      const instanceId = await launched(world);
      sandbox.autoscaling.suspended.add('Launch');
      const { id } = sandbox.gitlab.addJob({ script: ['sleep 12'] });
      await begun(world, id);
      sandbox.autoscaling.terminate(instanceId, true);
      await done(world, id);
      await seen({ subject: 'instance', state: 'Terminated', instanceId }, PATIENCE);
      const completed = entries({ subject: 'hook', state: 'completed', hook: 'terminate' });
      once('the terminate hook was completed', completed.length);
    },
  },
];

export function life(id: Life['id']): Life {
  const found = lives.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no life ${id}`);
  return found;
}
