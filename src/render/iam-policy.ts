import { ConfigError } from '../errors.ts';
import { fillTemplate } from './template.ts';

export interface IamPolicyOptions {
  region: string;
  /** The twelve digits of the AWS account. */
  account: string;
  /** Names of the Auto Scaling groups; at least one. */
  groups: readonly string[];
  partition: string;
  /** Whether increases are made by a scaling policy, which then needs no SetDesiredCapacity. */
  scalingPolicy: boolean;
  /** For `reap` and `status --fleet`. */
  fleet: boolean;
  /** Parameters of SSM that the installation reads. */
  parameters: readonly string[];
  /** Secrets of Secrets Manager that it reads, by name or ARN. */
  secrets: readonly string[];
  /** Keys of KMS, by ARN, that those are encrypted with, where it is not AWS's own. */
  keys: readonly string[];
  /** A tag that role and group must have alike. */
  tag: string | undefined;
}

/** The least that an instance's role needs, as a policy document (AWS: Actions for Amazon EC2 Auto Scaling). */
export function iamPolicy(options: IamPolicyOptions): string {
  check(options);
  const { region, account, partition, tag } = options;
  const arn = (service: string, rest: string) => `arn:${partition}:${service}:${region}:${account}:${rest}`;
  const policy = fillTemplate('iam-policy.json', {
    reads: [
      ...READS,
      ...(options.scalingPolicy ? ['autoscaling:DescribePolicies'] : []),
      ...(options.fleet ? ['ec2:DescribeInstances'] : []),
    ],
    changes: [
      ...CHANGES,
      options.scalingPolicy ? 'autoscaling:ExecutePolicy' : 'autoscaling:SetDesiredCapacity',
    ].sort(),
    groups: options.groups.map((name) =>
      arn('autoscaling', `autoScalingGroup:*:autoScalingGroupName/${name}`),
    ),
    parameters: options.parameters.map((name) => arn('ssm', `parameter/${name.replace(/^\//, '')}`)),
    // Secrets Manager adds six characters of its own to a name.
    secrets: options.secrets.map((one) =>
      one.startsWith('arn:') ? one : arn('secretsmanager', `secret:${one}-??????`),
    ),
    keys: options.keys,
    tag: tag ?? null,
    resourceTag: `aws:ResourceTag/${tag}`,
    principalTag: `\${aws:PrincipalTag/${tag}}`,
  });
  return `${JSON.stringify(JSON.parse(policy), null, 2)}\n`;
}

/** These take no resource. */
const READS = [
  'autoscaling:DescribeAutoScalingGroups',
  'autoscaling:DescribeAutoScalingInstances',
  'autoscaling:DescribeLifecycleHooks',
  'autoscaling:DescribeScalingActivities',
];

const CHANGES = [
  'autoscaling:CompleteLifecycleAction',
  'autoscaling:RecordLifecycleActionHeartbeat',
  'autoscaling:SetInstanceHealth',
  'autoscaling:SetInstanceProtection',
  'autoscaling:TerminateInstanceInAutoScalingGroup',
];

function check({ region, account, groups, keys }: IamPolicyOptions): void {
  if (groups.length === 0) throw new ConfigError('--group is missing: name the Auto Scaling group');
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw new ConfigError(`--region ${region} is not a region: write it as eu-central-1`);
  }
  if (!/^\d{12}$/.test(account)) {
    throw new ConfigError(`--account ${account} is not an account: write its twelve digits`);
  }
  const wild = groups.find((name) => /[*?$:]/.test(name));
  if (wild !== undefined) {
    throw new ConfigError(`--group ${wild} names more than one group: give each by its own --group`);
  }
  const other = keys.find((key) => !key.startsWith('arn:'));
  if (other !== undefined) throw new ConfigError(`--kms-key ${other} is not an ARN: give the key's ARN`);
}
