import { once } from 'node:events';
import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('L8: an agent that is killed and started again in service registers nothing a second time', async () => {
  await scenario({ group: { desiredCapacity: 1 } }, async ({ seen, entries, heldJob, sandbox, host }) => {
    const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
    const agent = host.agentOf(instanceId);
    const instance = sandbox.instances.get(instanceId);
    if (agent === undefined || instance === undefined) throw new Error('no agent');
    const job = heldJob();
    await seen({ subject: 'job', id: job.id, state: 'running' });
    agent.kill('SIGKILL');
    await once(agent, 'exit');
    const verified = entries({ operation: 'verifyRunner' }).length;
    job.finish();
    const { seq } = await seen({ subject: 'job', id: job.id, state: 'success' });
    host.startAgent(instance);
    await seen((entry) => entry.seq > seq && entry.operation === 'DescribeAutoScalingInstances');
    sandbox.autoscaling.terminate(instanceId, true);
    await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
    expect(entries({ operation: 'verifyRunner' })).toHaveLength(verified);
    expect(entries({ subject: 'manager', state: 'created' })).toHaveLength(1);
  });
}, 240_000);
