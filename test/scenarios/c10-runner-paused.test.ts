import { describe, expect, it } from 'vitest';
import { scenario, type World } from './world.ts';

/** In ms; as idleThreshold below. */
const THRESHOLD = 4_000;
const lifecycle = { idleThreshold: `${THRESHOLD}ms` };

/** An administrator pauses a runner, or lets it work again, through GitLab's own API. */
async function setPaused({ sandbox }: World, id: number, paused: boolean): Promise<void> {
  const reply = await fetch(`${sandbox.gitlabUrl}/api/v4/runners/${id}`, {
    method: 'PUT',
    headers: { 'private-token': sandbox.gitlab.apiToken, 'content-type': 'application/json' },
    body: JSON.stringify({ paused }),
  });
  expect(reply.status).toBe(200);
}

/** A runner in service that an administrator pauses while its first job runs, which then ends. */
async function pausedUnderAJob(world: World) {
  const { seen, sandbox, heldJob } = world;
  const first = heldJob();
  const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
  await seen({ subject: 'job', id: first.id, state: 'running' });
  const [runner] = sandbox.gitlab.runners;
  if (runner === undefined) throw new Error('no runner');
  await setPaused(world, runner.id, true);
  first.finish();
  const ended = await seen({ subject: 'job', id: first.id, state: 'success' });
  return { instanceId, runner, ended, waiting: sandbox.gitlab.addJob({ script: ['true'] }) };
}

describe('C10: an administrator pauses the runner', () => {
  it.concurrent('with an API token it is not idle and not retired; allowed to work again, it works, and is idle', async () => {
    await scenario(
      { group: { desiredCapacity: 1, maxSize: 1 }, config: { lifecycle }, perInstance: true },
      async (world) => {
        const { seen, entries } = world;
        const { instanceId, runner, ended, waiting } = await pausedUnderAJob(world);
        await seen(({ at }) => at > ended.at + 3 * THRESHOLD);
        expect(entries({ operation: 'TerminateInstanceInAutoScalingGroup' })).toEqual([]);
        expect(waiting.state).toBe('pending');

        await setPaused(world, runner.id, false);
        await seen({ subject: 'job', id: waiting.id, state: 'success' });
        await seen({ subject: 'instance', state: 'Terminated', instanceId });
        expect(entries({ operation: 'TerminateInstanceInAutoScalingGroup', status: 200 })).toHaveLength(1);
      },
    );
  }, 240_000);

  it.concurrent('without one it counts as idle and is retired; the job that waits is nobody’s, and is not lost', async () => {
    await scenario({ group: { desiredCapacity: 1, maxSize: 1 }, config: { lifecycle } }, async (world) => {
      const { seen, sandbox } = world;
      const { instanceId, runner, waiting } = await pausedUnderAJob(world);
      await seen({ subject: 'instance', state: 'Terminated', instanceId });
      expect(sandbox.autoscaling.desiredCapacity).toBe(0);
      expect(waiting.state).toBe('pending');

      await setPaused(world, runner.id, false);
      sandbox.autoscaling.resize({ desiredCapacity: 1 });
      await seen({ subject: 'job', id: waiting.id, state: 'success' });
    });
  }, 240_000);
});
