import type { XmlValue } from '../xml.ts';
import type { ScalingGroup } from './group.ts';
import type { Refresh } from './instance-refresh.ts';
import type { Activity, GroupInstance, Hook, WarmPoolSpec } from './model.ts';

/** The shapes of the Describe answers (Auto Scaling API Reference). Lists are there also when they are empty. */
const iso = (ms: number): string => new Date(ms).toISOString();

const ARN = 'arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:00000000:autoScalingGroupName';

const LAUNCH_TEMPLATE = {
  LaunchTemplateId: 'lt-0123456789abcdef0',
  LaunchTemplateName: 'sandbox',
  Version: '1',
};

export function describeGroup(group: ScalingGroup): XmlValue {
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: `${ARN}/${group.name}`,
    LaunchTemplate: LAUNCH_TEMPLATE,
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: group.desiredCapacity,
    DefaultCooldown: 300,
    AvailabilityZones: ['us-east-1a'],
    LoadBalancerNames: [],
    TargetGroupARNs: [],
    HealthCheckType: 'EC2',
    HealthCheckGracePeriod: 300,
    // Those of the warm pool are in DescribeWarmPool.
    Instances: [...group.instances.values()]
      .filter((instance) => !group.warmPool.instances.includes(instance))
      .map(member),
    CreatedTime: iso(0),
    SuspendedProcesses: [...group.suspended].map((ProcessName) => ({
      ProcessName,
      SuspensionReason: 'User suspended',
    })),
    EnabledMetrics: [],
    Tags: [],
    TerminationPolicies: ['Default'],
    NewInstancesProtectedFromScaleIn: false,
    CapacityRebalance: false,
    ServiceLinkedRoleARN: 'arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/sandbox',
    TrafficSources: [],
    ...(group.warmPool.spec && {
      WarmPoolConfiguration: configuration(group.warmPool.spec),
      WarmPoolSize: group.warmPool.instances.length,
    }),
  };
}

/** One page of the pool's instances is all that a sandbox has. */
export function describeWarmPool({ warmPool }: ScalingGroup): XmlValue {
  if (warmPool.spec === null) return { Instances: [] };
  return { WarmPoolConfiguration: configuration(warmPool.spec), Instances: warmPool.instances.map(member) };
}

export function describeRefresh(group: ScalingGroup, refresh: Refresh): XmlValue {
  const { scaleInProtected, standby } = refresh.preferences;
  return {
    InstanceRefreshId: refresh.id,
    AutoScalingGroupName: group.name,
    Status: refresh.status,
    StatusReason: refresh.reason,
    StartTime: iso(refresh.startedAt),
    EndTime: refresh.endedAt === null ? null : iso(refresh.endedAt),
    PercentageComplete:
      refresh.size === 0 ? 100 : Math.floor((100 * (refresh.size - refresh.left.length)) / refresh.size),
    InstancesToUpdate: refresh.left.length,
    Preferences: { ScaleInProtectedInstances: scaleInProtected, StandbyInstances: standby },
  };
}

const configuration = (spec: WarmPoolSpec): XmlValue => ({
  ...(spec.maxGroupPreparedCapacity !== null && { MaxGroupPreparedCapacity: spec.maxGroupPreparedCapacity }),
  MinSize: spec.minSize,
  PoolState: spec.poolState,
  ...(spec.deleting && { Status: 'PendingDelete' }),
  InstanceReusePolicy: { ReuseOnScaleIn: spec.reuseOnScaleIn },
});

const member = (instance: GroupInstance) => ({
  InstanceId: instance.id,
  InstanceType: 'm5.large',
  AvailabilityZone: instance.availabilityZone,
  LifecycleState: instance.lifecycleState,
  HealthStatus: instance.health,
  LaunchTemplate: LAUNCH_TEMPLATE,
  ProtectedFromScaleIn: instance.scaleInProtected,
});

export function describeInstance(group: ScalingGroup, instance: GroupInstance): XmlValue {
  return {
    InstanceId: instance.id,
    InstanceType: 'm5.large',
    AutoScalingGroupName: group.name,
    AvailabilityZone: instance.availabilityZone,
    LifecycleState: instance.lifecycleState,
    // This call writes it in capitals, DescribeAutoScalingGroups does not.
    HealthStatus: instance.health.toUpperCase(),
    LaunchTemplate: LAUNCH_TEMPLATE,
    ProtectedFromScaleIn: instance.scaleInProtected,
  };
}

export function describeHook(group: ScalingGroup, hook: Hook): XmlValue {
  return {
    LifecycleHookName: hook.name,
    AutoScalingGroupName: group.name,
    LifecycleTransition: `autoscaling:EC2_INSTANCE_${hook.transition.toUpperCase()}`,
    HeartbeatTimeout: hook.heartbeatTimeout,
    GlobalTimeout: Math.min(172_800, 100 * hook.heartbeatTimeout),
    DefaultResult: hook.defaultResult,
  };
}

export function describeActivity(group: ScalingGroup, activity: Activity): XmlValue {
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: `${ARN}/${group.name}`,
    Description: activity.description,
    Cause: activity.cause,
    StartTime: iso(activity.startedAt),
    EndTime: activity.endedAt === null ? null : iso(activity.endedAt),
    StatusCode: activity.status,
    StatusMessage: activity.message,
    Progress: activity.endedAt === null ? 50 : 100,
    Details: '{}',
  };
}

export function describePolicy(group: ScalingGroup, name: string, adjustment: number): XmlValue {
  return {
    AutoScalingGroupName: group.name,
    PolicyName: name,
    PolicyARN: `arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:0:policyName/${name}`,
    PolicyType: 'SimpleScaling',
    AdjustmentType: 'ChangeInCapacity',
    ScalingAdjustment: adjustment,
    StepAdjustments: [],
    Alarms: [],
    Enabled: true,
  };
}
