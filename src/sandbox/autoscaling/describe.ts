import type { XmlValue } from '../xml.ts';
import type { ScalingGroup } from './group.ts';
import type { Activity, GroupInstance, Hook } from './model.ts';

/** The shapes of the Describe answers (Auto Scaling API Reference). Lists are there also when they are empty. */
const iso = (ms: number): string => new Date(ms).toISOString();

const ARN = 'arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:00000000:autoScalingGroupName';

export function describeGroup(group: ScalingGroup): XmlValue {
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: `${ARN}/${group.name}`,
    LaunchTemplate: { LaunchTemplateId: 'lt-0123456789abcdef0', LaunchTemplateName: 'sandbox', Version: '1' },
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: group.desiredCapacity,
    DefaultCooldown: 300,
    AvailabilityZones: ['us-east-1a'],
    LoadBalancerNames: [],
    TargetGroupARNs: [],
    HealthCheckType: 'EC2',
    HealthCheckGracePeriod: 300,
    Instances: [...group.instances.values()].map((instance) => ({
      InstanceId: instance.id,
      InstanceType: 'm5.large',
      AvailabilityZone: instance.availabilityZone,
      LifecycleState: instance.lifecycleState,
      HealthStatus: instance.health,
      ProtectedFromScaleIn: instance.scaleInProtected,
    })),
    CreatedTime: iso(0),
    SuspendedProcesses: [...group.suspended].map((ProcessName) => ({
      ProcessName,
      SuspensionReason: 'User suspended',
    })),
    EnabledMetrics: [],
    Tags: [],
    TerminationPolicies: ['Default'],
    NewInstancesProtectedFromScaleIn: false,
    ServiceLinkedRoleARN: 'arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/sandbox',
    TrafficSources: [],
  };
}

export function describeInstance(group: ScalingGroup, instance: GroupInstance): XmlValue {
  return {
    InstanceId: instance.id,
    InstanceType: 'm5.large',
    AutoScalingGroupName: group.name,
    AvailabilityZone: instance.availabilityZone,
    LifecycleState: instance.lifecycleState,
    // This call writes it in capitals, DescribeAutoScalingGroups does not.
    HealthStatus: instance.health.toUpperCase(),
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
