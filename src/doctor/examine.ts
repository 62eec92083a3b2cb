import { setMaxListeners } from 'node:events';
import { createAutoScaling } from '../aws/autoscaling.ts';
import { createEc2 } from '../aws/ec2.ts';
import { readInstance } from '../aws/instance.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { readIdentity } from '../sources/identity.ts';
import { createImds } from '../sources/imds.ts';
import type { Examination } from './examination.ts';
import { once } from './once.ts';
import { runProgram } from './run-program.ts';

/** The examination of this host with a configuration. `close` ends every connection. */
export function examine(
  config: Config,
  host: { env: NodeJS.ProcessEnv; signal: AbortSignal; clock: Clock },
): Examination & { close(): void } {
  const { env, clock } = host;
  // Many calls at a time listen to it: that is no leak.
  const signal = AbortSignal.any([host.signal]);
  setMaxListeners(0, signal);
  const imds = createImds({ ...config.metadata, clock });
  const region = config.autoscaling.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined);
  const identity = once(() => readIdentity(imds, region, signal));
  const regionOf = async () => region ?? (await identity()).region;
  const autoscaling = createAutoScaling({ endpoint: config.autoscaling.endpoint, region: regionOf });
  const ec2 = createEc2({ endpoint: config.ec2.endpoint, region: regionOf });
  const groupName = once(
    async () =>
      (await readInstance(autoscaling, (await identity()).instanceId, signal))?.AutoScalingGroupName,
  );
  return {
    config,
    env,
    signal,
    clock,
    program: (file, args) => runProgram(file, args, { env, signal }),
    identity,
    apis: async () => ({ autoscaling, ec2 }),
    group: once(async () => {
      const name = await groupName();
      if (name === undefined) return null;
      const answer = await autoscaling.call(
        'DescribeAutoScalingGroups',
        (client, sdk, http) =>
          client.send(new sdk.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }), http),
        { attempts: 2, signal },
      );
      return answer.AutoScalingGroups?.[0] ?? null;
    }),
    hooks: once(async () => {
      const name = await groupName();
      if (name === undefined) return [];
      const answer = await autoscaling.call(
        'DescribeLifecycleHooks',
        (client, sdk, http) =>
          client.send(new sdk.DescribeLifecycleHooksCommand({ AutoScalingGroupName: name }), http),
        { attempts: 2, signal },
      );
      return answer.LifecycleHooks ?? [];
    }),
    close() {
      imds.close();
      autoscaling.close();
      ec2.close();
    },
  };
}
