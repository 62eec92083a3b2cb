import type { CallOptions } from '../aws/api.ts';
import type { AutoScalingApi } from '../aws/autoscaling.ts';
import type { Ec2Api } from '../aws/ec2.ts';

/** One right of the role, and a call that changes nothing and shows whether it is there. */
export interface Right {
  /** As IAM spells it. */
  action: string;
  /** What does not work without it. */
  without: string;
  /** Whether jobs are lost, or instances never serve, without it. */
  grave: boolean;
  /** The call names something that does not exist, so that IAM cannot tell the group that it belongs to. */
  vague: boolean;
  make(clients: { autoscaling: AutoScalingApi; ec2: Ec2Api; options: CallOptions }): Promise<unknown>;
}

/** Well formed, and no instance's. */
const NOBODY = 'i-00000000000000000';
const NOTHING = 'drover-doctor-asks-whether-it-may';
const FAR_ABOVE_MAX = 1_000_000;

export interface RightsOptions {
  /** Null: the instance is in no group, and only what needs none is asked. */
  groupName: string | null;
  instanceId: string;
  /** Null: increases are made by SetDesiredCapacity. */
  scalingPolicy: string | null;
}

/** The rights of an agent and of `status --fleet`. */
export function rightsOf({ groupName, instanceId, scalingPolicy }: RightsOptions): Right[] {
  const group = { AutoScalingGroupName: groupName ?? NOTHING };
  const reads: Right[] = [
    {
      ...right('DescribeAutoScalingInstances', 'no state of the instance is known', true),
      make: ({ autoscaling, options }) =>
        autoscaling.call(
          'DescribeAutoScalingInstances',
          (client, sdk, http) =>
            client.send(new sdk.DescribeAutoScalingInstancesCommand({ InstanceIds: [instanceId] }), http),
          options,
        ),
    },
    {
      ...right('DescribeAutoScalingGroups', 'the group’s sizes are not known', true),
      make: ({ autoscaling, options }) =>
        autoscaling.call(
          'DescribeAutoScalingGroups',
          (client, sdk, http) =>
            client.send(new sdk.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [NOTHING] }), http),
          options,
        ),
    },
    {
      ...right('DescribeLifecycleHooks', 'no hook is known, so none is answered', true),
      make: ({ autoscaling, options }) =>
        autoscaling.call(
          'DescribeLifecycleHooks',
          (client, sdk, http) => client.send(new sdk.DescribeLifecycleHooksCommand(group), http),
          options,
        ),
    },
    {
      ...right('DescribeScalingActivities', 'a launch that failed cannot be told', false),
      make: ({ autoscaling, options }) =>
        autoscaling.call(
          'DescribeScalingActivities',
          (client, sdk, http) =>
            client.send(new sdk.DescribeScalingActivitiesCommand({ ...group, MaxRecords: 1 }), http),
          options,
        ),
    },
    {
      action: 'ec2:DescribeInstances',
      without: 'reap and status --fleet do not work',
      grave: false,
      vague: false,
      make: ({ ec2, options }) =>
        ec2.call(
          'DescribeInstances',
          (client, sdk, http) => client.send(new sdk.DescribeInstancesCommand({ DryRun: true }), http),
          options,
        ),
    },
  ];
  return groupName === null ? reads : [...reads, ...changes(group, instanceId, scalingPolicy)];
}

function changes(
  group: { AutoScalingGroupName: string },
  instanceId: string,
  scalingPolicy: string | null,
): Right[] {
  const action = { ...group, LifecycleHookName: NOTHING, InstanceId: instanceId };
  return [
    {
      ...right('CompleteLifecycleAction', 'every launch times out, and no instance serves', true),
      make: ({ autoscaling, options }) =>
        autoscaling.call(
          'CompleteLifecycleAction',
          (client, sdk, http) =>
            client.send(
              new sdk.CompleteLifecycleActionCommand({ ...action, LifecycleActionResult: 'CONTINUE' }),
              http,
            ),
          options,
        ),
    },
    {
      ...right(
        'RecordLifecycleActionHeartbeat',
        'a drain that outlasts the hook’s timeout loses its jobs',
        true,
      ),
      make: ({ autoscaling, options }) =>
        autoscaling.call(
          'RecordLifecycleActionHeartbeat',
          (client, sdk, http) => client.send(new sdk.RecordLifecycleActionHeartbeatCommand(action), http),
          options,
        ),
    },
    {
      ...right('SetInstanceProtection', 'a scale-in may choose an instance that is busy', true),
      make: ({ autoscaling, options }) =>
        autoscaling.call(
          'SetInstanceProtection',
          (client, sdk, http) =>
            client.send(
              new sdk.SetInstanceProtectionCommand({
                ...group,
                InstanceIds: [NOBODY],
                ProtectedFromScaleIn: true,
              }),
              http,
            ),
          options,
        ),
    },
    {
      ...right('TerminateInstanceInAutoScalingGroup', 'idle instances are not retired', false),
      vague: true,
      make: ({ autoscaling, options }) =>
        autoscaling.call(
          'TerminateInstanceInAutoScalingGroup',
          (client, sdk, http) =>
            client.send(
              new sdk.TerminateInstanceInAutoScalingGroupCommand({
                InstanceId: NOBODY,
                ShouldDecrementDesiredCapacity: true,
              }),
              http,
            ),
          options,
        ),
    },
    {
      ...right('SetInstanceHealth', 'an instance whose runner is beyond repair is not replaced', false),
      vague: true,
      make: ({ autoscaling, options }) =>
        autoscaling.call(
          'SetInstanceHealth',
          (client, sdk, http) =>
            client.send(
              new sdk.SetInstanceHealthCommand({ InstanceId: NOBODY, HealthStatus: 'Unhealthy' }),
              http,
            ),
          options,
        ),
    },
    scalingPolicy === null ? setDesired(group) : executePolicy(group),
  ];
}

const right = (name: string, without: string, grave: boolean) => ({
  action: `autoscaling:${name}`,
  without,
  grave,
  vague: false,
});

const setDesired = (group: { AutoScalingGroupName: string }): Right => ({
  ...right('SetDesiredCapacity', 'the group never grows when all runners are busy', false),
  make: ({ autoscaling, options }) =>
    autoscaling.call(
      'SetDesiredCapacity',
      (client, sdk, http) =>
        client.send(new sdk.SetDesiredCapacityCommand({ ...group, DesiredCapacity: FAR_ABOVE_MAX }), http),
      options,
    ),
});

const executePolicy = (group: { AutoScalingGroupName: string }): Right => ({
  ...right('ExecutePolicy', 'the group never grows when all runners are busy', false),
  make: ({ autoscaling, options }) =>
    autoscaling.call(
      'ExecutePolicy',
      (client, sdk, http) =>
        client.send(new sdk.ExecutePolicyCommand({ ...group, PolicyName: NOTHING }), http),
      options,
    ),
});
