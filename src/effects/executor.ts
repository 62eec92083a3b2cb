import type { AutoScalingApi } from '../aws/autoscaling.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { LifecycleCommand } from '../lifecycle/commands.ts';
import type { GroupView, HookTransition, LifecycleInput } from '../lifecycle/events.ts';
import type { Logger } from '../logger.ts';
import { runningJobs } from '../runner/running-jobs.ts';
import { overdueAfterRunner } from './after-runner.ts';
import {
  completeLifecycleAction,
  type LifecycleAction,
  markUnhealthy,
  recordHeartbeat,
  setProtection,
} from './autoscaling.ts';
import { createPlays, type PlayRequest, type RunningPlay } from './plays.ts';
import { forceStop, stopIntake } from './runner-signals.ts';
import { terminateInstance } from './terminate-instance.ts';

export interface CommandContext {
  group: GroupView | null;
  identity: { instanceId: string; region: string };
}

export type PlayCommand = Extract<LifecycleCommand, { type: 'playInit' | 'playUnreg' | 'playScaleUp' }>;

export interface ExecutorDeps {
  config: Pick<Config, 'autoscaling' | 'lifecycle' | 'metrics' | 'runner'>;
  clock: Clock;
  log: Logger;
  api: AutoScalingApi;
  /** The playbook's variables; what it throws becomes `playbook.failed`. */
  variables(command: PlayCommand, context: CommandContext): unknown;
  /** startPlaybook of playbooks/run.ts, with its settings. */
  startPlay(request: PlayRequest): RunningPlay;
  /** Looks at the group now; the answer travels as the source's own event. */
  observeGroup(): Promise<void>;
  discover(signal: AbortSignal): Promise<LifecycleInput>;
  /** Whether the operating system goes down; default: it does not. */
  hostStopping?(): boolean;
}

export interface Executor {
  /** Carries out one command. Its result is an event, or null where the command has none. Never rejects. */
  execute(command: LifecycleCommand, context: CommandContext): Promise<LifecycleInput | null>;
  /** Ends every playbook and every wait; resolves when nothing is left. */
  cancelAll(): Promise<void>;
}

/** Maps each command of the machine to what it does in the world. */
export function createExecutor(deps: ExecutorDeps): Executor {
  const { config, clock, log, api } = deps;
  const plays = createPlays(deps.startPlay);
  const stopping = new AbortController();
  const { signal } = stopping;

  const play = (command: PlayCommand, context: CommandContext) => {
    const { operation } = command;
    const request = (): PlayRequest => ({
      operation,
      playbook: PLAYBOOKS[command.type],
      variables: deps.variables(command, context),
      timeoutMs: timeoutOf(command, config),
    });
    if (command.type !== 'playUnreg') return plays.play(request, operation);
    const { unregisterTimeout } = config.lifecycle;
    return plays.play(request, operation, (ended) =>
      overdueAfterRunner(config.runner, unregisterTimeout, clock, ended),
    );
  };

  const carryOut = async (
    command: LifecycleCommand,
    context: CommandContext,
  ): Promise<LifecycleInput | null> => {
    const { group, identity } = context;
    const { instanceId } = identity;
    switch (command.type) {
      case 'discover':
        return deps.discover(signal);
      case 'observeGroup':
        await deps.observeGroup();
        return null;
      case 'playInit':
      case 'playUnreg':
      case 'playScaleUp':
        return play(command, context);
      case 'cancelPlaybook':
        await plays.cancel(command.operation);
        return null;
      case 'recordHeartbeat': {
        const action = actionOf(command.transition, context);
        return action && recordHeartbeat(api, action, signal);
      }
      case 'completeLifecycleAction': {
        const action = actionOf(command.transition, context);
        // Without a hook of ours there is no action: nothing waits for an answer.
        if (!action)
          return { type: 'lifecycleAction.completed', transition: command.transition, outcome: 'gone' };
        const names = {
          launching: config.autoscaling.launchHook,
          terminating: config.autoscaling.terminateHook,
        };
        return completeLifecycleAction(api, action, command.result, names, signal);
      }
      case 'terminateInstance':
        return terminateInstance({ api, clock }, instanceId, command.decrement, signal);
      case 'setProtection':
        if (!group) return { type: 'protection.failed', message: 'the group is not known' };
        return setProtection(api, { groupName: group.groupName, instanceId }, command.protected, signal);
      case 'markUnhealthy':
        return markUnhealthy(api, instanceId, signal);
      case 'stopIntake':
        await stopIntake(config.runner, deps.hostStopping?.() ?? false);
        return null;
      case 'forceStop': {
        const jobs = await runningJobs(config.metrics.url);
        if (jobs.length > 0) log.warn({ signal: command.signal, jobs }, 'running jobs are ended by force');
        await forceStop(config.runner, command.signal);
        return null;
      }
    }
  };

  return {
    async execute(command, context) {
      try {
        return await carryOut(command, context);
      } catch (error) {
        if (!signal.aborted)
          log.error({ err: error, command: command.type }, 'a command could not be carried out');
        return null;
      }
    },
    async cancelAll() {
      stopping.abort();
      await plays.cancelAll();
    },
  };
}

const PLAYBOOKS = {
  playInit: 'gitlab_runner_init',
  playUnreg: 'gitlab_runner_unreg',
  playScaleUp: 'scale_up',
} as const;

function timeoutOf(command: PlayCommand, { lifecycle }: ExecutorDeps['config']): number | null {
  if (command.type === 'playInit') return lifecycle.initTimeout;
  return command.type === 'playScaleUp' ? lifecycle.scaleUpTimeout : null;
}

function actionOf(transition: HookTransition, { group, identity }: CommandContext): LifecycleAction | null {
  const hook = transition === 'launching' ? group?.launchHook : group?.terminateHook;
  if (!group || !hook) return null;
  return { transition, groupName: group.groupName, hookName: hook.name, instanceId: identity.instanceId };
}
