import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('T10: a runner that GitLab no longer knows counts as unregistered', async () => {
  await scenario({ group: { desiredCapacity: 1 } }, async ({ seen, entries, sandbox }) => {
    const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
    sandbox.gitlab.deleteRunner(sandbox.gitlab.runners[0]?.id ?? 0);
    sandbox.autoscaling.terminate(instanceId, true);
    await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
    expect(entries({ operation: 'deleteManager' }).at(-1)?.status).toBe(403);
  });
}, 240_000);
