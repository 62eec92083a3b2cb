import type { AutoScalingInstanceDetails } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingApi } from './autoscaling.ts';

/** The instance as DescribeAutoScalingInstances tells it; null where it knows no such instance. */
export async function readInstance(
  api: AutoScalingApi,
  instanceId: string,
  signal?: AbortSignal,
): Promise<AutoScalingInstanceDetails | null> {
  const answer = await api.call(
    'DescribeAutoScalingInstances',
    (client, sdk, http) =>
      client.send(new sdk.DescribeAutoScalingInstancesCommand({ InstanceIds: [instanceId] }), http),
    {
      attempts: 2,
      signal,
    },
  );
  return answer.AutoScalingInstances?.find((instance) => instance.InstanceId === instanceId) ?? null;
}
