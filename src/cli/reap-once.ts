import { createAutoScaling } from '../aws/autoscaling.ts';
import { createEc2 } from '../aws/ec2.ts';
import { readInstance } from '../aws/instance.ts';
import { apiToken, runnerToken } from '../config/secrets.ts';
import { loadConfig } from '../config.ts';
import { clockOffsetNow, createTimeline } from '../engine/timeline.ts';
import { ConfigError } from '../errors.ts';
import { createGitlabApi } from '../reap/gitlab-api.ts';
import { reap } from '../reap/reap.ts';
import type { ReapSummary, Tell } from '../reap/report.ts';
import type { CliContext } from './context.ts';
import { findWhereabouts } from './whereabouts.ts';

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
  const { identity, region } = await findWhereabouts(config, { env, clock, signal });
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
