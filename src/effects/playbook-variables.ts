import { apiToken, runnerToken } from '../config/secrets.ts';
import type { Config, RunnerConfig } from '../config.ts';
import { ConfigError } from '../errors.ts';
import type { LifecycleCommand } from '../lifecycle/commands.ts';
import type { GroupView, HookTransition } from '../lifecycle/events.ts';
import type {
  GitlabRunnerInitVariables,
  GitlabRunnerUnregVariables,
  ScaleUpVariables,
} from '../playbooks/generated/variables.ts';

type PlayInit = Extract<LifecycleCommand, { type: 'playInit' }>;
type PlayUnreg = Extract<LifecycleCommand, { type: 'playUnreg' }>;
type PlayScaleUp = Extract<LifecycleCommand, { type: 'playScaleUp' }>;

/** The commands that play a playbook. */
export type PlayCommand = PlayInit | PlayUnreg | PlayScaleUp;

export interface PlayContext {
  group: GroupView | null;
  identity: { instanceId: string; region: string };
}

/** The variables of the playbook that a command asks for. Throws ConfigError where a token cannot be read. */
export function playVariables(
  config: Config,
  command: PlayCommand,
  context: PlayContext,
  env: NodeJS.ProcessEnv,
): GitlabRunnerInitVariables | GitlabRunnerUnregVariables | ScaleUpVariables {
  switch (command.type) {
    case 'playInit':
      return initVariables(config, command, context, env);
    case 'playUnreg':
      return unregVariables(config, command, context, env);
    case 'playScaleUp':
      return scaleUpVariables(config, context);
  }
}

/** For gitlab_runner_init.yml. */
export function initVariables(
  config: Config,
  command: Pick<PlayInit, 'completeHook'>,
  context: PlayContext,
  env: NodeJS.ProcessEnv,
): GitlabRunnerInitVariables {
  const { runner, lifecycle } = config;
  const { initTimeout } = lifecycle;
  return {
    ...runnerVariables(config, context, env),
    gitlab_runner_concurrent: runner.concurrent,
    gitlab_runner_check_interval: runner.checkInterval,
    gitlab_runner_shutdown_timeout: runner.shutdownTimeout,
    gitlab_runner_listen_address: runner.listenAddress,
    gitlab_runner_binary: runner.binary,
    gitlab_runner_environment: runner.environment ?? {},
    gitlab_runner_drain_limit: seconds(lifecycle.drainLimit),
    ...(runner.logFile === undefined ? {} : { gitlab_runner_log_file: runner.logFile }),
    // Each part gets a share of the play's time, so that the play can still say what went wrong.
    gitlab_runner_budget: seconds(initTimeout * 0.3),
    gitlab_runner_ready_timeout: seconds(initTimeout * 0.4),
    ...hookVariables(
      config,
      context,
      command.completeHook ? 'launching' : null,
      'CONTINUE',
      initTimeout * 0.2,
    ),
  };
}

/** For gitlab_runner_unreg.yml. */
export function unregVariables(
  config: Config,
  command: Pick<PlayUnreg, 'completeHook' | 'transition' | 'result'>,
  context: PlayContext,
  env: NodeJS.ProcessEnv,
): GitlabRunnerUnregVariables {
  const { unregisterTimeout } = config.lifecycle;
  const { completeHook, transition, result } = command;
  return {
    ...runnerVariables(config, context, env, tokenIfReadable),
    gitlab_runner_budget: seconds(unregisterTimeout * 0.5),
    ...hookVariables(config, context, completeHook ? transition : null, result, unregisterTimeout * 0.3),
  };
}

/** For scale_up.yml. Acts only while desired capacity is what the decision was made on. */
export function scaleUpVariables(config: Config, { group, identity }: PlayContext): ScaleUpVariables {
  const { endpoint, scalingPolicy } = config.autoscaling;
  return {
    autoscaling_group: group?.groupName ?? '',
    ...(group === null ? {} : { autoscaling_desired_before: group.desiredCapacity }),
    ...(scalingPolicy === undefined ? {} : { autoscaling_scaling_policy: scalingPolicy }),
    ...(endpoint === undefined ? {} : { autoscaling_endpoint_url: endpoint }),
    autoscaling_region: identity.region,
    autoscaling_budget: seconds(config.lifecycle.scaleUpTimeout * 0.5),
  };
}

/** What init and unreg need alike. */
function runnerVariables(
  config: Config,
  { identity }: PlayContext,
  env: NodeJS.ProcessEnv,
  tokenOf: typeof runnerToken = runnerToken,
) {
  const { runner, gitlab, runners, metrics } = config;
  const token = apiToken(config, env);
  return {
    gitlab_runner_url: gitlab.url,
    gitlab_runner_instance_id: identity.instanceId,
    gitlab_runner_runners: runners.map((one) => runnerEntry(one, identity.instanceId, tokenOf(one, env))),
    ...(token === null ? {} : { gitlab_runner_api_token: token }),
    gitlab_runner_config_file: runner.configFile,
    gitlab_runner_service_manager: runner.serviceManager,
    gitlab_runner_unit: runner.unit,
    gitlab_runner_pid_file: runner.pidFile,
    gitlab_runner_metrics_url: metrics.url,
  };
}

/** Whoever unregisters has config.toml, which holds the token too: a file that has gone must not leave a ghost. */
function tokenIfReadable(runner: RunnerConfig, env: NodeJS.ProcessEnv): string | null {
  try {
    return runnerToken(runner, env);
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}

function runnerEntry(runner: RunnerConfig, instanceId: string, token: string | null) {
  return {
    name: runner.name ?? instanceId,
    ...(token === null
      ? {}
      : runner.tokenKind === 'registration'
        ? { registration_token: token }
        : { token }),
    executor: runner.executor,
    limit: runner.limit,
    runner_type: runner.runnerType,
    ...(runner.tags === undefined ? {} : { tags: runner.tags }),
    ...(runner.groupId === undefined ? {} : { group_id: runner.groupId }),
    ...(runner.projectId === undefined ? {} : { project_id: runner.projectId }),
  };
}

function hookVariables(
  { autoscaling }: Config,
  { group, identity }: PlayContext,
  transition: HookTransition | null,
  result: 'CONTINUE' | 'ABANDON',
  budget: number,
) {
  const hook = transition === 'launching' ? group?.launchHook : group?.terminateHook;
  if (transition === null || !group || !hook) return {};
  return {
    autoscaling_lifecycle_hook: hook.name,
    autoscaling_lifecycle_result: result,
    autoscaling_group: group.groupName,
    autoscaling_instance_id: identity.instanceId,
    autoscaling_region: identity.region,
    autoscaling_budget: seconds(budget),
    ...(autoscaling.endpoint === undefined ? {} : { autoscaling_endpoint_url: autoscaling.endpoint }),
  };
}

/** Whole seconds, at least one, of a time in ms. */
const seconds = (ms: number): number => Math.max(1, Math.floor(ms / 1_000));
