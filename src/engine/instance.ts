import { createAutoScaling } from '../aws/autoscaling.ts';
import { readableSecrets } from '../config/secrets.ts';
import type { Config } from '../config.ts';
import { makeDirectory } from '../directory.ts';
import { createExecutor, type Executor } from '../effects/executor.ts';
import { playVariables } from '../effects/playbook-variables.ts';
import { inCheckMode, withhold } from '../effects/withheld.ts';
import { JournalError } from '../errors.ts';
import type { LifecycleCommand } from '../lifecycle/commands.ts';
import type { LifecycleInput } from '../lifecycle/events.ts';
import type { Logger } from '../logger.ts';
import { startPlaybook } from '../playbooks/run.ts';
import { discover } from '../sources/discover.ts';
import { createGroupReader } from '../sources/group-reader.ts';
import { hostStopping } from '../sources/host-stop.ts';
import { findIdentity } from '../sources/identity.ts';
import { createImds } from '../sources/imds.ts';
import type { Poller } from '../sources/poller.ts';
import { startRunnerProcess } from '../sources/runner-process.ts';
import { dryJournal } from './dry-run.ts';
import { createEngine, type Engine } from './engine.ts';
import { createHalt, stoppedAlone } from './halt.ts';
import { ofThisInstance, openRecord } from './open-record.ts';
import { policyOf } from './policy-of.ts';
import { type LifecycleRecord, stateName } from './record.ts';
import { recover } from './recovery.ts';
import { groupInterval, startSources, type Watched } from './start-sources.ts';
import { clockOffsetNow, createTimeline, readBootId } from './timeline.ts';
import { type Watcher, watchedJournal } from './watched-journal.ts';

/** After a restart the record waits this long (ms) for a fresh look before it goes on alone. */
const FRESH_LOOK_LIMIT = 10_000;
/** While the host goes down, the runner's end is looked for this often (ms). */
const RUNNER_ENDS_INTERVAL = 500;

export interface InstanceOptions {
  log: Logger;
  env: NodeJS.ProcessEnv;
  /** Ends the host: the playbook in flight is cancelled, the record stays for the next start. */
  signal: AbortSignal;
  /** Looks on; nothing waits for it. */
  watcher?: Watcher | undefined;
}

/** What tells one host of the engine from another: the agent, or one of the services. */
export interface HostRules {
  /** Names the process to whoever is refused the state directory. */
  role: string;
  /** Whether a state (dotted name) is this host's to act in. In any other it writes the record down and gives way. */
  owns(state: string): boolean;
  watched: Watched;
  /**
   * Told to the machine before anything else: what this host was started for. `clockOffset` makes times of the boot
   * clock into the engine's.
   */
  announced?(clockOffset: number): LifecycleInput[];
  /** Whatever would change something is withheld, and shown. */
  dryRun?: boolean;
  /** Puts something before, or in place of, what carries the commands out. */
  around?(executor: Executor): Executor;
  /** Whether a command of the record is taken up as it is, where a play would be reported as interrupted. */
  resumes?(command: LifecycleCommand): boolean;
  /** Told when everything is watched. */
  onReady?(sources: readonly Poller[]): void;
}

/** How a host ended, and the state (dotted name) that it leaves. */
export interface InstanceEnd {
  kind: 'released' | 'stopped' | 'handedOver';
  record: LifecycleRecord;
  /** The record is not on disk: the journal could not be written at the end. */
  degraded: boolean;
}

/** What a host says when the journal could not be written at its end. */
export const unwritable = (kind: InstanceEnd['kind'], stateDir: string): JournalError =>
  new JournalError(
    `${kind}, and the journal in ${stateDir} could not be written: see that its disk has room and is writable`,
  );

/**
 * The engine on this instance, until the instance is released, the chart enters a state of another host, or `signal`
 * aborts. Throws LockedError where another process owns the state directory, JournalError where the record cannot be
 * trusted, ConfigError where a directory cannot be used.
 */
export async function runInstance(
  config: Config,
  rules: HostRules,
  options: InstanceOptions,
): Promise<InstanceEnd> {
  const { log, signal, env } = options;
  makeDirectory(config.runDir, 'runDir');
  const open = await openRecord(config, rules.role, log);
  try {
    const bootId = readBootId();
    const clockOffset = open.found?.bootId === bootId ? open.found.clockOffset : clockOffsetNow();
    const clock = createTimeline(clockOffset);
    const { endpoint, timeout } = config.metadata;
    const imds = createImds({ endpoint, timeout, clock });
    const given = stoppedAlone(signal, hostStopping);
    const identity = await findIdentity(imds, config.autoscaling.region, { clock, log, signal: given });
    const record = ofThisInstance(open, identity.instanceId, log);
    const api = createAutoScaling({ endpoint: config.autoscaling.endpoint, region: identity.region });
    const reader = createGroupReader({
      api,
      clock,
      instanceId: identity.instanceId,
      hookNames: { launching: config.autoscaling.launchHook, terminating: config.autoscaling.terminateHook },
    });
    const look = (abort: AbortSignal) =>
      discover({ imds, reader, settings: config.runner, clock, log }, abort);

    const halt = createHalt({ clock, log, limit: config.lifecycle.haltLimit, hostStopping });
    const dry = rules.dryRun ? inCheckMode(log) : null;
    let engine: Engine;
    let group: Poller | null = null;
    const own = createExecutor({
      config,
      clock,
      log,
      api,
      variables: (command, context) => playVariables(config, command, context, env),
      startPlay: ({ variables, ...request }) =>
        startPlaybook(
          {
            ...request,
            variables: variables as Record<string, unknown>,
            ...dry,
            onEvent: (event) => {
              options.watcher?.play(request.operation, event);
              dry?.onEvent(event);
            },
          },
          {
            command: config.ansible.command,
            directory: config.ansible.directory,
            runDir: config.runDir,
            secrets: readableSecrets(config, env),
          },
        ),
      observeGroup: async () => group?.poll(),
      discover: look,
      hostStopping: () => halt.begun,
    });
    const executor = dry === null ? (rules.around?.(own) ?? own) : withhold(own, log);
    engine = createEngine({
      clock,
      journal: watchedJournal(dry === null ? open.journal : dryJournal(open.journal), options.watcher),
      log,
      policy: policyOf(config),
      instanceId: identity.instanceId,
      bootId,
      clockOffset,
      // No other unit can be started while the host goes down.
      owns: (state) => halt.begun || rules.owns(state),
      resumes: rules.resumes,
      execute: (command, context) => executor.execute(command, { group: context.group, identity }),
      onChange: (_, tags) => {
        group?.setInterval(groupInterval(config, tags));
        halt.onChange(tags);
      },
    });
    await recover(engine, {
      record,
      announced: rules.announced?.(clockOffset) ?? [],
      look: () => look(AbortSignal.any([given, AbortSignal.timeout(FRESH_LOOK_LIMIT)])),
      log,
    });

    const sources = startSources(rules.watched, {
      config,
      env,
      clock,
      log,
      imds,
      reader,
      openMaintenance: engine.context.maintenanceId,
      bootedAt: clockOffset,
      emit: (input) => engine.dispatch(input),
    });
    group = sources.group;
    rules.onReady?.(sources.all);
    const watchItEnd = () => {
      const { runner: settings } = config;
      const emit = (input: LifecycleInput) => engine.dispatch(input);
      sources.all.push(startRunnerProcess({ settings, clock, interval: RUNNER_ENDS_INTERVAL, emit, log }));
    };
    const kind = await Promise.race([
      engine.handedOver.then(() => 'handedOver' as const),
      engine.released.then(() => 'released' as const),
      whenAborted(signal)
        .then(() => halt.carryOut(engine, watchItEnd))
        .then(() => 'stopped' as const),
    ]);
    engine.stop();
    await Promise.all([executor.cancelAll(), ...sources.all.map((source) => source.stop())]);
    api.close();
    imds.close();
    log.info({ state: stateName(engine.record.value) }, kind);
    return { kind, record: engine.record, degraded: engine.degraded };
  } finally {
    open.close();
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
