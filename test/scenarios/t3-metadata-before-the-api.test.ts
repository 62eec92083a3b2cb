import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('T3: the metadata says Terminated while the API still says InService: nothing is done until the API agrees', async () => {
  await scenario({ group: { desiredCapacity: 1 } }, async ({ seen, entries, sandbox }) => {
    const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
    const { view } = sandbox.instances.get(instanceId) ?? {};
    if (view === undefined) throw new Error('no metadata');
    view.target = 'Terminated';
    const from = sandbox.log.entries.length;
    const looks = () =>
      entries({ operation: 'DescribeAutoScalingInstances' }).filter((entry) => entry.seq > from).length;
    await seen(() => looks() >= 4);
    expect(entries({ subject: 'manager', state: 'deleted' })).toEqual([]);
    const job = sandbox.gitlab.addJob({ script: ['true'] });
    await seen({ subject: 'job', id: job.id, state: 'success' });
    sandbox.autoscaling.terminate(instanceId, true);
    await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
    expect(entries({ subject: 'manager', state: 'deleted' })).toHaveLength(1);
  });
}, 240_000);
