import type { ScalingGroup } from './autoscaling/group.ts';
import { AwsFault, type Machine } from './autoscaling/model.ts';
import type { XmlValue } from './xml.ts';

const CODES = { running: 16, 'shutting-down': 32, terminated: 48, stopping: 64, stopped: 80 } as const;

/** The name of every operation that the sandbox's EC2 has. */
export const ec2Operations: readonly string[] = ['DescribeInstances'];

/** The little of EC2 that fleets ask: which instances there are. Terminated ones are still known, for a while. */
export function ec2Operation(group: ScalingGroup, name: string, params: URLSearchParams): XmlValue {
  if (!ec2Operations.includes(name)) {
    throw new AwsFault('InvalidAction', `The action ${name} is not valid for this web service.`);
  }
  if (params.get('DryRun') === 'true') {
    throw new AwsFault('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
  }
  const ids: string[] = [];
  for (let index = 1; params.has(`InstanceId.${index}`); index += 1) {
    ids.push(params.get(`InstanceId.${index}`) ?? '');
  }
  const malformed = ids.find((id) => !/^i-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id));
  if (malformed !== undefined) {
    throw new AwsFault('InvalidInstanceID.Malformed', `Invalid id: "${malformed}"`);
  }
  const unknown = ids.filter((id) => !group.machines.has(id));
  if (unknown.length > 0) {
    const [subject, verb] = unknown.length === 1 ? ['instance ID', 'does'] : ['instance IDs', 'do'];
    throw new AwsFault(
      'InvalidInstanceID.NotFound',
      `The ${subject} '${unknown.join(', ')}' ${verb} not exist`,
    );
  }
  const filtered = filterValues(params, 'instance-id');
  const all = [...group.machines].filter(
    ([id]) => (ids.length === 0 || ids.includes(id)) && (filtered === null || filtered.includes(id)),
  );
  return { reservationSet: all.map(([, machine]) => reservation(group, machine)) };
}

/** The values of `Filter.n` with this name; null: there is no such filter. */
function filterValues(params: URLSearchParams, name: string): string[] | null {
  for (let filter = 1; params.has(`Filter.${filter}.Name`); filter += 1) {
    if (params.get(`Filter.${filter}.Name`) !== name) continue;
    const prefix = `Filter.${filter}.Value.`;
    return [...params].flatMap(([key, value]) => (key.startsWith(prefix) ? value : []));
  }
  return null;
}

function reservation(group: ScalingGroup, { instance, state }: Machine): XmlValue {
  return {
    reservationId: `r-${instance.id.slice(2)}`,
    ownerId: '123456789012',
    groupSet: [],
    instancesSet: [
      {
        instanceId: instance.id,
        imageId: 'ami-0123456789abcdef0',
        instanceState: { code: CODES[state], name: state },
        instanceType: 'm5.large',
        // Only Spot instances have it.
        ...(group.lifeCycle === 'spot' ? { instanceLifecycle: 'spot' } : {}),
        launchTime: new Date(instance.launchedAt).toISOString(),
        placement: { availabilityZone: instance.availabilityZone, tenancy: 'default' },
        // EC2 takes the address away with the machine.
        ...(state === 'terminated' ? {} : { privateIpAddress: instance.address }),
        tagSet: [{ key: 'aws:autoscaling:groupName', value: group.name }],
      },
    ],
  };
}
