import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Check } from '../examination.ts';
import { advice, danger, type Finding, ok } from '../finding.ts';

/** The group's sizes leave room, and none of its processes works against jobs. */
export const groupSettings: Check = {
  name: 'group',
  async run({ group, hooks, config }): Promise<Finding[]> {
    const found = await group();
    if (found === null) {
      const mend = 'attach the instance, or leave it: jobs go on, and nothing scales';
      return [advice('this instance is in no Auto Scaling group', mend)];
    }
    const terminateHook = (await hooks()).some(({ LifecycleTransition }) =>
      LifecycleTransition?.endsWith('EC2_INSTANCE_TERMINATING'),
    );
    const findings = [
      ...sizes(found),
      ...rebalancing(found, terminateHook),
      ...processes(found),
      ...protection(found, terminateHook, config.lifecycle.protection),
    ];
    const { AutoScalingGroupName: name, MinSize, MaxSize, DesiredCapacity } = found;
    return findings.length > 0
      ? findings
      : [ok(`${name}: desired ${DesiredCapacity} of ${MinSize} to ${MaxSize}`)];
  },
};

function* sizes({ MinSize = 0, MaxSize = 0 }: AutoScalingGroup): Generator<Finding> {
  if (MinSize === MaxSize) {
    yield advice(
      `min and max are both ${MinSize}: the group neither grows nor shrinks`,
      'raise max, or lower min',
    );
  } else if (MinSize === 0) {
    const text = 'min is 0: once the last instance has retired, nobody is left to ask for one, and jobs wait';
    yield advice(text, 'min 1, or something else that raises the desired capacity');
  }
}

function* rebalancing(group: AutoScalingGroup, terminateHook: boolean): Generator<Finding> {
  if ((group.AvailabilityZones ?? []).length < 2 || isSuspended(group, 'AZRebalance')) return;
  const text = 'AZRebalance may take a busy instance to even out the zones';
  const mend = 'suspend the process: aws autoscaling suspend-processes --scaling-processes AZRebalance';
  yield terminateHook
    ? advice(`${text}; it drains, which takes long`, mend)
    : danger(`${text}, and no terminate hook lets its jobs finish`, mend);
}

function* processes(group: AutoScalingGroup): Generator<Finding> {
  for (const name of ['Launch', 'Terminate']) {
    if (!isSuspended(group, name)) continue;
    const what = name === 'Launch' ? 'the group does not grow' : 'idle instances are not retired';
    yield advice(`the process ${name} is suspended: ${what}`, `resume it, if it is not on purpose`);
  }
}

function* protection(
  { NewInstancesProtectedFromScaleIn = false }: AutoScalingGroup,
  terminateHook: boolean,
  setting: 'auto' | 'off',
): Generator<Finding> {
  if (setting === 'off' && NewInstancesProtectedFromScaleIn) {
    const text =
      'new instances are protected from scale-in, and Drover is told to leave that alone: none is scaled in';
    yield advice(text, 'lifecycle.protection: auto');
  }
  if (setting === 'auto' && !terminateHook && !NewInstancesProtectedFromScaleIn) {
    const text =
      'without a terminate hook, a scale-in just after a launch may come before Drover’s protection';
    yield advice(
      text,
      'update-auto-scaling-group --new-instances-protected-from-scale-in, or a terminate hook',
    );
  }
}

const isSuspended = ({ SuspendedProcesses = [] }: AutoScalingGroup, name: string): boolean =>
  SuspendedProcesses.some(({ ProcessName }) => ProcessName === name);
