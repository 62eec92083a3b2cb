import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('T14: where the transition has another hook too, only ours is completed, and the instance waits for the other', async () => {
  const config = { autoscaling: { terminateHook: 'terminate' } };
  await scenario({ config }, async ({ seen, entries, agentIn, sandbox }) => {
    const other = { name: 'a-backup-of-others', heartbeatTimeout: 60, defaultResult: 'CONTINUE' as const };
    sandbox.autoscaling.hooks.unshift({ ...other, transition: 'terminating' });
    sandbox.autoscaling.resize({ desiredCapacity: 1 });
    const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
    await agentIn(instanceId, 'inService');
    sandbox.autoscaling.terminate(instanceId, true);
    const ours = await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
    // The agent goes on to look, and leaves the other hook to its owner.
    let looks = 0;
    await seen(({ seq, operation }) => {
      if (seq > ours.seq && operation === 'DescribeAutoScalingInstances') looks += 1;
      return looks === 4;
    });
    expect(sandbox.autoscaling.instances.get(instanceId)?.lifecycleState).toBe('Terminating:Wait');
    const named = entries({ kind: 'call' }).map(
      ({ params }) => (params as Record<string, unknown>)?.LifecycleHookName,
    );
    expect(named).not.toContain(other.name);
    sandbox.autoscaling.complete(instanceId, other.name, 'CONTINUE');
    await seen({ subject: 'instance', state: 'Terminated', instanceId });
    expect(sandbox.gitlab.runners.map(({ managers }) => managers.size)).toEqual([0]);
  });
}, 240_000);
