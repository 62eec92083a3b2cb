import type { ScalingGroup } from './autoscaling/group.ts';
import { AwsFault, type GroupInstance } from './autoscaling/model.ts';
import type { XmlValue } from './xml.ts';

/** The little of EC2 that fleets ask: which instances there are. Terminated ones are known no more. */
export function ec2Operation(group: ScalingGroup, name: string, params: URLSearchParams): XmlValue {
  if (name !== 'DescribeInstances') {
    throw new AwsFault('InvalidAction', `The action ${name} is not valid for this web service.`);
  }
  const ids: string[] = [];
  for (let index = 1; params.has(`InstanceId.${index}`); index += 1) {
    ids.push(params.get(`InstanceId.${index}`) ?? '');
  }
  const unknown = ids.find((id) => !group.instances.has(id));
  if (unknown !== undefined) {
    throw new AwsFault('InvalidInstanceID.NotFound', `The instance ID '${unknown}' does not exist`);
  }
  const all = [...group.instances.values()].filter(({ id }) => ids.length === 0 || ids.includes(id));
  return { reservationSet: all.map((instance) => reservation(group, instance)) };
}

function reservation(group: ScalingGroup, instance: GroupInstance): XmlValue {
  return {
    reservationId: `r-${instance.id.slice(2)}`,
    ownerId: '123456789012',
    groupSet: [],
    instancesSet: [
      {
        instanceId: instance.id,
        imageId: 'ami-0123456789abcdef0',
        instanceState: { code: 16, name: 'running' },
        instanceType: 'm5.large',
        launchTime: new Date(instance.launchedAt).toISOString(),
        placement: { availabilityZone: instance.availabilityZone, tenancy: 'default' },
        privateIpAddress: '127.0.0.1',
        tagSet: [{ key: 'aws:autoscaling:groupName', value: group.name }],
      },
    ],
  };
}
