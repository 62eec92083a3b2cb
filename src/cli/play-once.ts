import { createAutoScaling } from '../aws/autoscaling.ts';
import { readableSecrets, requireSecrets } from '../config/secrets.ts';
import { type Config, loadConfig } from '../config.ts';
import { makeDirectory } from '../directory.ts';
import { type PlayCommand, playVariables } from '../effects/playbook-variables.ts';
import { takeLock } from '../engine/lock.ts';
import { clockOffsetNow, createTimeline } from '../engine/timeline.ts';
import { ConfigError, PlaybookError } from '../errors.ts';
import type { GroupView, PlaybookName } from '../lifecycle/events.ts';
import { Secrets } from '../logger.ts';
import { type PlaybookResult, type RunningPlaybook, startPlaybook } from '../playbooks/run.ts';
import { createGroupReader } from '../sources/group-reader.ts';
import { type Identity, readIdentity } from '../sources/identity.ts';
import { createImds } from '../sources/imds.ts';
import { type CliContext, printJson, type SharedOptions } from './context.ts';
import type { DryRunOptions } from './dry-run-options.ts';
import { showPlay } from './show-play.ts';

const playbooks = {
  playInit: 'gitlab_runner_init',
  playUnreg: 'gitlab_runner_unreg',
  playScaleUp: 'scale_up',
} as const satisfies Record<PlayCommand['type'], PlaybookName>;

/**
 * Plays one playbook once, with the variables that the agent would give it, and shows it task by task. Takes the state
 * directory, so that nothing runs beside an agent; not with --check, which changes nothing. After success, and with
 * the state directory free again, `afterwards` runs to its end. Throws PlaybookError.
 */
export async function playOnce(
  context: CliContext,
  options: SharedOptions & DryRunOptions,
  name: string,
  commandFor: (group: GroupView | null) => PlayCommand,
  afterwards?: (config: Config) => Promise<void>,
): Promise<void> {
  const config = loadConfig(options.config, context.env);
  requireSecrets(config, context.env);
  const secrets = readableSecrets(config, context.env);
  const { identity, group } = await lookAround(config, context.signal);
  const command = commandFor(group);
  if (command.type === 'playScaleUp' && group === null) {
    throw new ConfigError(`${identity.instanceId} is in no Auto Scaling group: there is nothing to scale up`);
  }
  const variables = playVariables(config, command, { identity, group }, context.env);
  makeDirectory(config.runDir, 'runDir');
  const redact = new Secrets(secrets);
  const shown = showPlay(context, {
    config,
    json: options.json,
    check: options.check,
    drains: command.type === 'playUnreg',
    redact: (text) => redact.redact(text),
  });
  const play = (): RunningPlaybook =>
    startPlaybook(
      {
        operation: command.operation,
        playbook: playbooks[command.type],
        variables,
        check: options.check,
        diff: options.diff,
        timeoutMs: null,
        onEvent: shown.onEvent,
      },
      {
        command: config.ansible.command,
        directory: config.ansible.directory,
        runDir: config.runDir,
        secrets,
      },
    );
  const lock = options.check ? null : takeLock(config.stateDir, `drover ${name}`);
  const result = await untilEnd(play, context.signal).finally(() => {
    lock?.release();
    shown.end();
  });
  const succeeded = result.outcome === 'succeeded';
  if (succeeded) await afterwards?.(config);
  if (options.json) {
    const { outcome, message, facts } = result;
    printJson(context, {
      event: 'summary',
      outcome,
      message: redact.redact(message),
      check: options.check,
      facts,
    });
  }
  if (!succeeded) {
    if (options.debug && !options.json) context.print(redact.redact(result.output));
    throw new PlaybookError(`${name} ${result.outcome}: ${redact.redact(result.message)}`);
  }
  if (!options.json) context.print(options.check ? `${name}: checked, nothing changed` : `${name}: done`);
}

/** The play's result; a signal cancels it. */
async function untilEnd(play: () => RunningPlaybook, signal: AbortSignal): Promise<PlaybookResult> {
  const run = play();
  const cancel = () => void run.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await run.result;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** Which instance this is and what its group says; fails at once, unlike an agent, since somebody waits. */
async function lookAround(
  config: Config,
  signal: AbortSignal,
): Promise<{ identity: Identity; group: GroupView | null }> {
  const clock = createTimeline(clockOffsetNow());
  const { endpoint, timeout } = config.metadata;
  const imds = createImds({ endpoint, timeout, clock });
  try {
    const identity = await readIdentity(imds, config.autoscaling.region, signal);
    const api = createAutoScaling({ endpoint: config.autoscaling.endpoint, region: identity.region });
    try {
      const { launchHook, terminateHook } = config.autoscaling;
      const hookNames = { launching: launchHook, terminating: terminateHook };
      const reader = createGroupReader({ api, clock, instanceId: identity.instanceId, hookNames });
      return { identity, group: await reader.read(signal) };
    } finally {
      api.close();
    }
  } finally {
    imds.close();
  }
}
