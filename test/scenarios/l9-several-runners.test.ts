import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('L9: all runners of an instance are registered, and all are unregistered', async () => {
  await scenario({ runners: 2, group: { desiredCapacity: 1 } }, async ({ seen, entries, sandbox }) => {
    const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
    expect(sandbox.gitlab.runners.map((runner) => runner.managers.size)).toEqual([1, 1]);
    sandbox.autoscaling.terminate(instanceId, true);
    await seen({ subject: 'instance', state: 'Terminated' });
    expect(entries({ subject: 'manager', state: 'deleted' })).toHaveLength(2);
    expect(sandbox.gitlab.runners).toHaveLength(2);
  });
}, 240_000);
