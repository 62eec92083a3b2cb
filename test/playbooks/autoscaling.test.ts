import { describe } from 'vitest';
import { ansiblePlaybook, it } from './rig.ts';

describe.skipIf(ansiblePlaybook === null).concurrent('scale_up and the lifecycle action', () => {
  it('adds one instance, touches nothing else, and waits until the increase has settled', async ({
    rig,
    expect,
  }) => {
    expect(await rig.scaleUp().result).toMatchObject({
      outcome: 'succeeded',
      changed: 1,
      facts: { desiredBefore: 1, desiredAfter: 2 },
    });
    expect(rig.autoscaling.actions()).toEqual(['DescribeAutoScalingGroups', 'SetDesiredCapacity']);
    expect(await rig.scaleUp().result).toMatchObject({
      changed: 0,
      facts: { desiredBefore: 2, desiredAfter: 2 },
    });
    expect(rig.autoscaling.state.desired).toBe(2);
  });

  it('leaves a group alone that is at its maximum, or that somebody else has raised', async ({
    rig,
    expect,
  }) => {
    const raised = await rig.scaleUp({ autoscaling_desired_before: 0 }).result;
    rig.autoscaling.state.max = 1;
    const full = await rig.scaleUp().result;
    expect([raised.changed, full.changed, rig.autoscaling.state.desired]).toEqual([0, 0, 1]);
  });

  it('retries throttling and contention, and takes an action that is gone for done', async ({
    rig,
    expect,
  }) => {
    rig.autoscaling.state.failures = ['Throttling', 'ResourceContention'];
    expect(await rig.unreg([]).result).toMatchObject({ facts: { lifecycleAction: 'completed' } });
    expect(await rig.unreg([]).result).toMatchObject({
      outcome: 'succeeded',
      changed: 0,
      facts: { lifecycleAction: 'gone' },
    });
    expect(await rig.unreg([], { autoscaling_lifecycle_hook: '' }).result).toMatchObject({
      facts: { lifecycleAction: 'none' },
    });
    expect(rig.gitlab.calls).toEqual([]);
  });
});
