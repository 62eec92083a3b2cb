import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('T11: of a shared token only this instance’s runner manager goes', async () => {
  await scenario({ group: { desiredCapacity: 2 } }, async ({ seen, entries, sandbox }) => {
    await seen(() => entries({ subject: 'instance', state: 'InService' }).length === 2);
    const [first, second] = entries({ subject: 'instance', state: 'InService' });
    const before = [...(sandbox.gitlab.runners[0]?.managers.keys() ?? [])];
    expect(before).toHaveLength(2);
    sandbox.autoscaling.terminate(first?.instanceId ?? '', true);
    await seen({ subject: 'instance', state: 'Terminated', instanceId: first?.instanceId ?? '' });
    expect(sandbox.gitlab.runners).toHaveLength(1);
    expect(sandbox.gitlab.runners[0]?.managers.size).toBe(1);
    const job = sandbox.gitlab.addJob({ script: ['true'] });
    await seen({ subject: 'job', id: job.id, state: 'success' });
    expect(sandbox.autoscaling.instances.has(second?.instanceId ?? '')).toBe(true);
  });
}, 240_000);
