import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('T7: a rebalance recommendation alone changes nothing; the interruption after it drains', async () => {
  await scenario({ group: { desiredCapacity: 1 } }, async ({ seen, entries, agentIn, sandbox }) => {
    const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
    await agentIn(instanceId, 'inService');
    sandbox.autoscaling.suspended.add('Launch');
    sandbox.rebalance(instanceId);
    await seen({ operation: 'meta-data/events/recommendations/rebalance', status: 200 });
    const job = sandbox.gitlab.addJob({ script: ['sleep 2'] });
    await seen({ subject: 'job', id: job.id, state: 'success' });
    expect(entries({ subject: 'manager', state: 'deleted' })).toEqual([]);
    sandbox.interrupt(instanceId, { inSeconds: 60 });
    const deleted = await seen({ subject: 'manager', state: 'deleted' });
    const completed = await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
    expect(deleted.seq).toBeLessThan(completed.seq);
    await seen({ subject: 'instance', state: 'Terminated', instanceId });
  });
}, 240_000);
