import type { Service } from './answers.ts';
import { GROUP, PARAMETER, POLICY, SECRET, type World } from './worlds.ts';

/** One call of the comparison. */
export interface Step {
  service: Service;
  operation: string;
  /** What it is about; with the operation it names the check. */
  about: string;
  params(world: World): Promise<Record<string, unknown>> | Record<string, unknown>;
}

const ours = { AutoScalingGroupName: GROUP };
const nobodys = { AutoScalingGroupName: 'no-such-group' };
const NO_INSTANCE = 'i-00000000000000000';

const scaling = (
  operation: string,
  about: string,
  params: Record<string, unknown> | Step['params'] = {},
): Step => ({
  service: 'autoscaling',
  operation,
  about,
  params: typeof params === 'function' ? (params as Step['params']) : () => params,
});

const withInstance =
  (more: (id: string) => Record<string, unknown>): Step['params'] =>
  async (world) =>
    more(await world.instance());

const noGroup = (operation: string, more: Record<string, unknown> = {}): Step =>
  scaling(operation, 'no such group', { ...nobodys, ...more });

/** Every operation, in an order that leaves an instance in service for the next one. */
export const steps: readonly Step[] = [
  scaling('DescribeAutoScalingGroups', 'all'),
  scaling('DescribeAutoScalingGroups', 'by name', { AutoScalingGroupNames: [GROUP] }),
  scaling('DescribeAutoScalingGroups', 'no such group', { AutoScalingGroupNames: ['no-such-group'] }),
  scaling('DescribeAutoScalingInstances', 'all'),
  scaling(
    'DescribeAutoScalingInstances',
    'by id',
    withInstance((id) => ({ InstanceIds: [id] })),
  ),
  scaling('DescribeAutoScalingInstances', 'no such instance', { InstanceIds: [NO_INSTANCE] }),
  scaling('DescribeLifecycleHooks', 'all', ours),
  scaling('DescribeLifecycleHooks', 'no such hook', { ...ours, LifecycleHookNames: ['none'] }),
  noGroup('DescribeLifecycleHooks'),
  scaling('DescribeScalingActivities', 'all', ours),
  noGroup('DescribeScalingActivities'),
  scaling('DescribePolicies', 'all', ours),
  scaling('DescribePolicies', 'no such policy', { ...ours, PolicyNames: ['none'] }),
  noGroup('DescribePolicies'),
  {
    service: 'ec2',
    operation: 'DescribeInstances',
    about: 'by id',
    params: withInstance((id) => ({ InstanceIds: [id] })),
  },
  {
    service: 'ec2',
    operation: 'DescribeInstances',
    about: 'by filter',
    params: withInstance((id) => ({ Filters: [{ Name: 'instance-id', Values: [id] }] })),
  },
  {
    service: 'ec2',
    operation: 'DescribeInstances',
    about: 'no such instance',
    params: () => ({ InstanceIds: [NO_INSTANCE] }),
  },
  {
    service: 'ec2',
    operation: 'DescribeInstances',
    about: 'malformed id',
    params: () => ({ InstanceIds: ['runner'] }),
  },
  { service: 'ec2', operation: 'DescribeInstances', about: 'dry run', params: () => ({ DryRun: true }) },

  ...[true, false].map((ProtectedFromScaleIn) =>
    scaling(
      'SetInstanceProtection',
      ProtectedFromScaleIn ? 'on' : 'off',
      withInstance((id) => ({ ...ours, InstanceIds: [id], ProtectedFromScaleIn })),
    ),
  ),
  scaling('SetInstanceProtection', 'no such instance', {
    ...ours,
    InstanceIds: [NO_INSTANCE],
    ProtectedFromScaleIn: true,
  }),
  noGroup('SetInstanceProtection', { InstanceIds: [NO_INSTANCE], ProtectedFromScaleIn: true }),
  scaling(
    'SetInstanceHealth',
    'healthy',
    withInstance((id) => ({ InstanceId: id, HealthStatus: 'Healthy', ShouldRespectGracePeriod: true })),
  ),
  scaling('SetInstanceHealth', 'no such instance', {
    InstanceId: NO_INSTANCE,
    HealthStatus: 'Unhealthy',
    ShouldRespectGracePeriod: true,
  }),
  scaling('SuspendProcesses', 'some', { ...ours, ScalingProcesses: ['AZRebalance', 'Terminate'] }),
  scaling('DescribeAutoScalingGroups', 'with suspended processes', { AutoScalingGroupNames: [GROUP] }),
  noGroup('SuspendProcesses', { ScalingProcesses: ['Launch'] }),
  scaling('ResumeProcesses', 'some', { ...ours, ScalingProcesses: ['AZRebalance', 'Terminate'] }),
  noGroup('ResumeProcesses', { ScalingProcesses: ['Launch'] }),
  scaling('UpdateAutoScalingGroup', 'sizes', { ...ours, MinSize: 1, MaxSize: 4, DesiredCapacity: 1 }),
  scaling('UpdateAutoScalingGroup', 'minimum above maximum', { ...ours, MinSize: 6 }),
  scaling('UpdateAutoScalingGroup', 'sizes as they were', { ...ours, MinSize: 0, MaxSize: 3 }),
  noGroup('UpdateAutoScalingGroup', { MaxSize: 2 }),
  scaling('SetDesiredCapacity', 'one more', { ...ours, DesiredCapacity: 2, HonorCooldown: false }),
  noGroup('SetDesiredCapacity', { DesiredCapacity: 1 }),
  scaling('ExecutePolicy', 'by name', { ...ours, PolicyName: POLICY, HonorCooldown: false }),
  scaling('ExecutePolicy', 'no such policy', { ...ours, PolicyName: 'none' }),
  noGroup('ExecutePolicy', { PolicyName: POLICY }),

  scaling(
    'EnterStandby',
    'one instance',
    withInstance((id) => ({ ...ours, InstanceIds: [id], ShouldDecrementDesiredCapacity: true })),
  ),
  scaling('DescribeAutoScalingInstances', 'with one in standby'),
  noGroup('EnterStandby', { InstanceIds: [NO_INSTANCE], ShouldDecrementDesiredCapacity: true }),
  scaling('ExitStandby', 'one instance', async (world) => {
    const { answer } = await world.call('autoscaling', 'DescribeAutoScalingInstances');
    const all = answer?.AutoScalingInstances as { InstanceId: string; LifecycleState: string }[];
    return {
      ...ours,
      InstanceIds: all.flatMap((one) => (one.LifecycleState === 'Standby' ? one.InstanceId : [])),
    };
  }),
  noGroup('ExitStandby', { InstanceIds: [NO_INSTANCE] }),
  scaling(
    'DetachInstances',
    'one instance',
    withInstance((id) => ({ ...ours, InstanceIds: [id], ShouldDecrementDesiredCapacity: true })),
  ),
  noGroup('DetachInstances', { InstanceIds: [NO_INSTANCE], ShouldDecrementDesiredCapacity: true }),
  scaling(
    'TerminateInstanceInAutoScalingGroup',
    'one instance',
    withInstance((id) => ({ InstanceId: id, ShouldDecrementDesiredCapacity: true })),
  ),
  scaling('TerminateInstanceInAutoScalingGroup', 'no such instance', {
    InstanceId: NO_INSTANCE,
    ShouldDecrementDesiredCapacity: true,
  }),

  scaling('DescribeWarmPool', 'none', ours),
  scaling('PutWarmPool', 'stopped', { ...ours, MinSize: 0, PoolState: 'Stopped' }),
  scaling('DescribeWarmPool', 'empty', ours),
  scaling('DeleteWarmPool', 'force', { ...ours, ForceDelete: true }),
  noGroup('PutWarmPool', { MinSize: 0 }),
  noGroup('DescribeWarmPool'),
  noGroup('DeleteWarmPool'),

  {
    service: 'ssm',
    operation: 'GetParameter',
    about: 'decrypted',
    params: () => ({ Name: PARAMETER, WithDecryption: true }),
  },
  { service: 'ssm', operation: 'GetParameter', about: 'encrypted', params: () => ({ Name: PARAMETER }) },
  {
    service: 'ssm',
    operation: 'GetParameter',
    about: 'no such parameter',
    params: () => ({ Name: '/none' }),
  },
  {
    service: 'secretsmanager',
    operation: 'GetSecretValue',
    about: 'by name',
    params: () => ({ SecretId: SECRET }),
  },
  {
    service: 'secretsmanager',
    operation: 'GetSecretValue',
    about: 'no such secret',
    params: () => ({ SecretId: 'none' }),
  },
];

/** Operations that moto answers with an error of its own making: it lacks them. */
export const lacking: readonly Step[] = [
  scaling(
    'CompleteLifecycleAction',
    'of an instance that waits for nothing',
    withInstance((id) => ({
      ...ours,
      LifecycleHookName: 'leaving',
      InstanceId: id,
      LifecycleActionResult: 'CONTINUE',
    })),
  ),
  scaling(
    'RecordLifecycleActionHeartbeat',
    'of an instance that waits for nothing',
    withInstance((id) => ({ ...ours, LifecycleHookName: 'leaving', InstanceId: id })),
  ),
  scaling('DescribeInstanceRefreshes', 'none', ours),
  scaling('StartInstanceRefresh', 'one', ours),
  scaling('CancelInstanceRefresh', 'the one that goes on', ours),
];
