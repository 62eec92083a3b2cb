import { createAutoScaling } from '../aws/autoscaling.ts';
import { createEc2 } from '../aws/ec2.ts';
import { readInstance } from '../aws/instance.ts';
import type { Clock } from '../clock.ts';
import { apiToken, runnerToken } from '../config/secrets.ts';
import { type Config, loadConfig } from '../config.ts';
import { clockOffsetNow, createTimeline } from '../engine/timeline.ts';
import { ConfigError } from '../errors.ts';
import { createGitlabApi } from '../reap/gitlab-api.ts';
import { reap } from '../reap/reap.ts';
import type { ReapSummary, Tell } from '../reap/report.ts';
import { type Identity, readIdentity } from '../sources/identity.ts';
import { createImds } from '../sources/imds.ts';
import type { CliContext } from './context.ts';

export interface ReapOnceOptions {
  check: boolean;
  /** Empty: the group of this instance, where this is one. */
  groups: readonly string[];
  tell: Tell;
}

/** Puts the clients for {@link reap} together from the configuration at `path`, and closes them in the end. */
export async function reapOnce(
  { env, signal }: CliContext,
  path: string,
  { check, groups, tell }: ReapOnceOptions,
): Promise<ReapSummary> {
  const config = loadConfig(path, env);
  const token = apiToken(config, env);
  if (token === null) {
    throw new ConfigError(
      'reap needs gitlab.apiTokenFile or apiTokenCredential: without a token for GitLab’s API (scope manage_runner) it cannot list runners',
    );
  }
  const clock = createTimeline(clockOffsetNow());
  const identity = await findIdentity(config, env, clock, signal);
  const region = regionOf(config, env) ?? identity?.region;
  if (region === undefined) {
    throw new ConfigError('which region to ask is not known: set autoscaling.region, or AWS_REGION');
  }
  const autoscaling = createAutoScaling({ endpoint: config.autoscaling.endpoint, region });
  const ec2 = createEc2({ endpoint: config.ec2.endpoint, region });
  try {
    const own =
      groups.length > 0 || identity === null
        ? null
        : await readInstance(autoscaling, identity.instanceId, signal);
    return await reap({
      autoscaling,
      ec2,
      gitlab: createGitlabApi({ url: config.gitlab.url, apiToken: token, clock, signal }),
      clock,
      signal,
      entries: config.runners,
      tokens: config.runners.flatMap((runner) => runnerToken(runner, env) ?? []),
      groups: own?.AutoScalingGroupName === undefined ? groups : [own.AutoScalingGroupName],
      hookNames: { launching: config.autoscaling.launchHook, terminating: config.autoscaling.terminateHook },
      check,
      tell,
    });
  } finally {
    autoscaling.close();
    ec2.close();
  }
}

const regionOf = ({ autoscaling }: Config, env: NodeJS.ProcessEnv): string | undefined =>
  autoscaling.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined);

/** Which instance this host is; null: none, reap runs anywhere. */
async function findIdentity(
  config: Config,
  env: NodeJS.ProcessEnv,
  clock: Clock,
  signal: AbortSignal,
): Promise<Identity | null> {
  const { endpoint, timeout } = config.metadata;
  const imds = createImds({ endpoint, timeout, clock });
  try {
    return await readIdentity(imds, regionOf(config, env), signal);
  } catch {
    signal.throwIfAborted();
    return null;
  } finally {
    imds.close();
  }
}
