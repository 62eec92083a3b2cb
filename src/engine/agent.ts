import { createAutoScaling } from '../aws/autoscaling.ts';
import { apiToken, readableSecrets, requireSecrets } from '../config/secrets.ts';
import type { Config } from '../config.ts';
import { makeDirectory } from '../directory.ts';
import { createExecutor } from '../effects/executor.ts';
import { playVariables } from '../effects/playbook-variables.ts';
import type { LifecycleInput } from '../lifecycle/events.ts';
import type { Logger } from '../logger.ts';
import { startPlaybook, sweepRuns } from '../playbooks/run.ts';
import { findRunner } from '../runner/process.ts';
import { discover } from '../sources/discover.ts';
import { createGroupReader } from '../sources/group-reader.ts';
import { startGroupState } from '../sources/group-state.ts';
import { type Identity, readIdentity, untilAnswered } from '../sources/identity.ts';
import { createImds } from '../sources/imds.ts';
import { startMetadata } from '../sources/metadata.ts';
import type { Poller, Source } from '../sources/poller.ts';
import { startRunnerMetrics } from '../sources/runner-metrics.ts';
import { readPaused } from '../sources/runner-paused.ts';
import { startRunnerProcess } from '../sources/runner-process.ts';
import { createEngine, type Engine } from './engine.ts';
import { checkRecord, type Journal, openJournal, readEntries } from './journal.ts';
import { takeLock } from './lock.ts';
import { policyOf } from './policy-of.ts';
import type { LifecycleRecord } from './record.ts';
import { recover } from './recovery.ts';
import { clockOffsetNow, createTimeline, readBootId } from './timeline.ts';

/** The group is read this often (ms) at the least while the chart waits for it. */
const WATCHED_GROUP_INTERVAL = 5_000;
/** After a restart the record waits this long (ms) for a fresh look before it goes on alone. */
const FRESH_LOOK_LIMIT = 10_000;

export interface AgentOptions {
  log: Logger;
  env: NodeJS.ProcessEnv;
  /** Ends the agent: the playbook in flight is cancelled, the record stays for the next start. */
  signal: AbortSignal;
}

/**
 * The engine on this instance, until the instance is released or `signal` aborts. Throws LockedError where another
 * process owns the state directory, JournalError where the record cannot be trusted, ConfigError where a token or a
 * directory cannot be used.
 */
export async function runAgent(config: Config, options: AgentOptions): Promise<'released' | 'stopped'> {
  const { log, signal, env } = options;
  // With a record there may be a drain to finish, which a missing token must not stop: the play says what is missing.
  if (readEntries(config.stateDir).length === 0) requireSecrets(config, env);
  makeDirectory(config.runDir, 'runDir');
  const lock = takeLock(config.stateDir, 'drover agent');
  const journal = openJournal(config.stateDir);
  try {
    if (journal.damaged > 0) log.warn({ damaged: journal.damaged }, 'the journal held damaged entries');
    await sweepRuns(config.runDir);
    const found = journal.last === null ? null : checkRecord(journal.last.record, config.stateDir);
    const bootId = readBootId();
    const clockOffset = found?.bootId === bootId ? found.clockOffset : clockOffsetNow();
    const clock = createTimeline(clockOffset);
    const imds = createImds({
      endpoint: config.metadata.endpoint,
      timeout: config.metadata.timeout,
      clock,
    });
    const identity = await untilAnswered(() => readIdentity(imds, config.autoscaling.region, signal), {
      clock,
      log,
      signal,
      what: 'instance identity',
    });
    const record = ofThisInstance(found, identity, journal, log);
    const api = createAutoScaling({ endpoint: config.autoscaling.endpoint, region: identity.region });
    const reader = createGroupReader({
      api,
      clock,
      instanceId: identity.instanceId,
      hookNames: { launching: config.autoscaling.launchHook, terminating: config.autoscaling.terminateHook },
    });
    const look = (abort: AbortSignal) =>
      discover({ imds, reader, settings: config.runner, clock, log }, abort);

    let engine: Engine;
    const emit = (input: LifecycleInput) => engine.dispatch(input);
    let group: Poller | null = null;
    const executor = createExecutor({
      config,
      clock,
      log,
      api,
      variables: (command, context) => playVariables(config, command, context, env),
      startPlay: ({ variables, ...request }) =>
        startPlaybook(
          { ...request, variables: variables as Record<string, unknown> },
          {
            command: config.ansible.command,
            directory: config.ansible.directory,
            runDir: config.runDir,
            secrets: readableSecrets(config, env),
          },
        ),
      observeGroup: async () => group?.poll(),
      discover: look,
    });
    engine = createEngine({
      clock,
      journal,
      log,
      policy: policyOf(config),
      instanceId: identity.instanceId,
      bootId,
      clockOffset,
      execute: (command, context) => executor.execute(command, { group: context.group, identity }),
      onChange: (_, tags) =>
        group?.setInterval(
          tags.has('watchGroup')
            ? Math.min(config.autoscaling.interval, WATCHED_GROUP_INTERVAL)
            : config.autoscaling.interval,
        ),
    });
    await recover(
      engine,
      record,
      () => look(AbortSignal.any([signal, AbortSignal.timeout(FRESH_LOOK_LIMIT)])),
      log,
    );

    group = startGroupState({ reader, clock, interval: WATCHED_GROUP_INTERVAL, emit, log });
    const sources: Source[] = [
      group,
      startMetadata({
        imds,
        clock,
        interval: config.metadata.interval,
        openMaintenance: engine.context.maintenanceId,
        emit,
        log,
      }),
      startRunnerProcess({ settings: config.runner, clock, emit, log }),
      startRunnerMetrics({ ...metricsDeps(config), clock, emit, log }),
    ];
    const aborted = new Promise<'stopped'>((resolve) => {
      if (signal.aborted) resolve('stopped');
      signal.addEventListener('abort', () => resolve('stopped'), { once: true });
    });
    const end = await Promise.race([engine.released.then(() => 'released' as const), aborted]);
    engine.stop();
    await Promise.all([executor.cancelAll(), ...sources.map((source) => source.stop())]);
    api.close();
    imds.close();
    return end;
  } finally {
    journal.close();
    lock.release();
  }
}

/** A record of another instance (baked into an image) is set aside. */
function ofThisInstance(
  record: LifecycleRecord | null,
  { instanceId }: Identity,
  journal: Journal,
  log: Logger,
): LifecycleRecord | null {
  if (record === null || record.instanceId === instanceId) return record;
  const name = `journal-of-${record.instanceId}`;
  log.warn({ instanceId, foreign: record.instanceId, archive: name }, 'record of another instance set aside');
  journal.archive(name);
  return null;
}

function metricsDeps(config: Config) {
  const { url, interval, timeout } = config.metrics;
  const token = apiToken(config);
  const configFile = config.runner.configFile;
  return {
    url,
    interval,
    timeout,
    findRunner: () => findRunner(config.runner),
    ...(token === null
      ? {}
      : {
          readPaused: (signal: AbortSignal) =>
            readPaused({ url: config.gitlab.url, apiToken: token, configFile, timeout }, signal),
        }),
  };
}
