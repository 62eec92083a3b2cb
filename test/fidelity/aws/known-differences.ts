/** What moto is known to answer otherwise, operation by operation, and why that is as it should be. */
export interface Known {
  /** Of which checks, as `OPERATION ABOUT`. */
  of: RegExp;
  /** Which differences, as answers.ts writes them. */
  what: RegExp;
  why: string;
}

const NOWHERE = 'no such (group|policy|instance)$';

/** Of EC2's many members the sandbox gives those that fleets ask for. */
const EC2_ONLY = [
  'AmiLaunchIndex|Architecture|BlockDeviceMappings|EbsOptimized|Hypervisor|KernelId|MetadataOptions|Monitoring',
  'NetworkInterfaces|Placement\\.GroupName|Platform|PrivateDnsName|ProductCodes|PublicDnsName|PublicIpAddress',
  'RootDeviceName|RootDeviceType|SecurityGroups|SourceDestCheck|SriovNetSupport|StateReason',
  'StateTransitionReason|SubnetId|VirtualizationType|VpcId',
].join('|');

export const known: readonly Known[] = [
  {
    of: /^DescribeAutoScalingGroups /,
    what: /^only ours: AutoScalingGroups\[\]\.TrafficSources$/,
    why: 'moto does not know traffic sources yet',
  },
  {
    of: /^DescribeAutoScalingInstances /,
    what: /^AutoScalingInstances\[\]\.HealthStatus: HEALTHY, theirs Healthy$/,
    why: 'AWS writes HEALTHY in this call and Healthy in DescribeAutoScalingGroups; moto writes Healthy in both',
  },
  {
    of: /^DescribeLifecycleHooks all$/,
    what: /^only theirs: LifecycleHooks\[\]\.(NotificationTargetARN|RoleARN)$/,
    why: 'moto makes up a queue and a role where the hook was given none',
  },
  {
    of: /^Describe(LifecycleHooks|ScalingActivities|Policies) no such group$/,
    what: /^ValidationError \(400\), theirs answered$/,
    why: 'moto answers with an empty list for a group that is not there',
  },
  {
    of: /^DescribePolicies all$/,
    what: /^only ours: ScalingPolicies\[\]\.(Alarms|Enabled)$/,
    why: 'moto leaves out Alarms and Enabled, which AWS gives',
  },
  {
    of: /^DescribePolicies all$/,
    what: /^only theirs: ScalingPolicies\[\]\.(Cooldown|PredictiveScalingConfiguration)$/,
    why: 'moto gives a cooldown and an empty forecast that the policy was not made with',
  },
  {
    of: /^DescribeInstances by (id|filter)$/,
    what: new RegExp(`^only theirs: Reservations\\[\\]\\.Instances\\[\\]\\.(${EC2_ONLY})$`),
    why: 'optional members of which neither Drover nor its playbooks read any; the sandbox leaves them out',
  },
  {
    of: /^DescribeInstances malformed id$/,
    what: /^InvalidInstanceID\.Malformed \(400\), theirs InvalidInstanceID\.NotFound \(400\)$/,
    why: 'moto does not look at the form of an instance id',
  },
  {
    of: new RegExp(NOWHERE),
    what: /^ValidationError \(400\), theirs Unreadable \(500\)$/,
    why: 'moto breaks (500, a page of HTML) on what is not there',
  },
  {
    of: /^(SetInstanceProtection no such instance|ExecutePolicy no such group)$/,
    what: /^ValidationError \(400\), theirs answered$/,
    why: 'moto does not look whether it is there',
  },
  {
    of: /^SetInstanceHealth no such instance$/,
    what: /^ValidationError \(400\), theirs InvalidInstanceID\.NotFound \(400\)$/,
    why: "moto answers in EC2's code, which the model of Auto Scaling does not have",
  },
  {
    of: /^UpdateAutoScalingGroup minimum above maximum$/,
    what: /^ValidationError \(400\), theirs answered$/,
    why: 'moto does not check the sizes against each other',
  },
  {
    of: /^TerminateInstanceInAutoScalingGroup one instance$/,
    what: /^only theirs: Activity\.EndTime$/,
    why: 'in moto the instance is gone at once; the sandbox waits for the terminate hook, as AWS does',
  },
  {
    of: /^(TerminateInstanceInAutoScalingGroup|DetachInstances|EnterStandby|ExitStandby) one instance$/,
    what: /^only ours: (Activity|Activities\[\])\.(AutoScalingGroupARN|Details)$/,
    why: "moto's activities lack the group's ARN and the details",
  },
  {
    of: /^(DetachInstances|EnterStandby|ExitStandby) one instance$/,
    what: /^only theirs: Activities\[\]\.EndTime$/,
    why: 'moto gives an activity in progress an end',
  },
  {
    of: /^DescribeWarmPool empty$/,
    what: /^only ours: WarmPoolConfiguration\.InstanceReusePolicy$/,
    why: 'moto tells the reuse policy only where it was set',
  },
  {
    of: /^GetSecretValue no such secret$/,
    what: /^ResourceNotFoundException \(400\), theirs ResourceNotFoundException \(404\)$/,
    why: 'moto refuses with 404; services of the JSON protocol refuse with 400',
  },
];

/** What moto breaks on because it lacks the operation. */
export const LACKING = /^(ValidationError \(400\)|answered), theirs Unreadable \(500\)$/;
