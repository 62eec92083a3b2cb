import type { AutoScalingApi } from '../aws/autoscaling.ts';
import type { Ec2Api } from '../aws/ec2.ts';

/** One instance of a group, as Auto Scaling and EC2 tell it. */
export interface FleetInstance {
  id: string;
  groupName: string;
  lifecycleState: string;
  health: string;
  protected: boolean;
  /** EC2's private address; null: it has none, or EC2 does not say. */
  address: string | null;
  /** EC2's state, such as `running`; null: EC2 does not say. */
  machine: string | null;
}

/** A page of DescribeAutoScalingInstances holds 50; more than this is not read. */
const MOST_PAGES = 100;
/** A call that names more than this is slow ("DescribeInstances", EC2 API Reference, advises pages). */
const BATCH = 100;

/**
 * The instances of the groups, or those with these ids, in the order of their ids. What EC2 does not tell is null; why
 * is told through `note`. Throws AwsError where Auto Scaling does not answer.
 */
export async function listFleet(
  { autoscaling, ec2 }: { autoscaling: AutoScalingApi; ec2: Ec2Api },
  wanted: { groups: readonly string[] } | { ids: readonly string[] },
  signal: AbortSignal,
  note: (text: string) => void,
): Promise<FleetInstance[]> {
  const members = await listMembers(autoscaling, wanted, signal);
  const machines = await listMachines(ec2, [...members.keys()], signal).catch((error: Error) => {
    signal.throwIfAborted();
    note(`${error.message}; without ec2:DescribeInstances no address is known`);
    return new Map<string, { address: string | null; machine: string | null }>();
  });
  return [...members.values()]
    .map((one) => ({ ...one, ...(machines.get(one.id) ?? { address: null, machine: null }) }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}

type Member = Omit<FleetInstance, 'address' | 'machine'>;

async function listMembers(
  api: AutoScalingApi,
  wanted: { groups: readonly string[] } | { ids: readonly string[] },
  signal: AbortSignal,
): Promise<Map<string, Member>> {
  const members = new Map<string, Member>();
  const InstanceIds = 'ids' in wanted ? { InstanceIds: [...wanted.ids] } : {};
  let NextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await api.call(
      'DescribeAutoScalingInstances',
      (client, sdk, http) =>
        client.send(new sdk.DescribeAutoScalingInstancesCommand({ ...InstanceIds, NextToken }), http),
      { signal },
    );
    for (const one of answer.AutoScalingInstances ?? []) {
      const { InstanceId: id, AutoScalingGroupName: groupName = '' } = one;
      if (id === undefined || ('groups' in wanted && !wanted.groups.includes(groupName))) continue;
      members.set(id, {
        id,
        groupName,
        lifecycleState: one.LifecycleState ?? 'Unknown',
        health: one.HealthStatus ?? 'Unknown',
        protected: one.ProtectedFromScaleIn ?? false,
      });
    }
    NextToken = answer.NextToken;
    if (NextToken === undefined) break;
  }
  return members;
}

async function listMachines(api: Ec2Api, ids: readonly string[], signal: AbortSignal) {
  const machines = new Map<string, { address: string | null; machine: string | null }>();
  for (let start = 0; start < ids.length; start += BATCH) {
    // By a filter: an id that EC2 does not know is then left out, instead of failing the call.
    const Filters = [{ Name: 'instance-id', Values: ids.slice(start, start + BATCH) }];
    let NextToken: string | undefined;
    do {
      const answer = await api.call(
        'DescribeInstances',
        (client, sdk, http) => client.send(new sdk.DescribeInstancesCommand({ Filters, NextToken }), http),
        { attempts: 2, signal },
      );
      for (const { Instances = [] } of answer.Reservations ?? []) {
        for (const { InstanceId, PrivateIpAddress, State } of Instances) {
          if (InstanceId === undefined) continue;
          machines.set(InstanceId, { address: PrivateIpAddress ?? null, machine: State?.Name ?? null });
        }
      }
      NextToken = answer.NextToken;
    } while (NextToken !== undefined);
  }
  return machines;
}
