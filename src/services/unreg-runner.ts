import { type Clock, sleep } from '../clock.ts';
import type { Config } from '../config.ts';
import { stopIntake } from '../effects/runner-signals.ts';
import type { InstanceEnd, InstanceOptions } from '../engine/instance.ts';
import { createTimeline, readBootId } from '../engine/timeline.ts';
import { LockedError } from '../errors.ts';
import { hostStopping } from '../sources/host-stop.ts';
import { metadataItems } from '../sources/metadata.ts';
import type { Notifier } from '../systemd/notify.ts';
import { startUnit, stopUnits } from '../systemd/units.ts';
import { withdrawNotice } from './notice.ts';
import { asService, runOwner, seeToIt } from './owning.ts';
import { eventsOf, type Reason, reasonToLeave } from './reason.ts';
import { readTurn } from './turn.ts';

/** Somebody who plays by hand may hold the state directory for a while (ms). */
const LOCK_PATIENCE = 120_000;
const LOCK_RETRY = 500;

/**
 * unreg-runner.service, started by lifecycle-check's success or by whoever moves the chart into its states: plays
 * unreg to the end, with heartbeats and deadlines, and stays until the instance is gone. Without a reason it leaves
 * without effect.
 */
export const runUnregRunner = (config: Config, options: InstanceOptions): Promise<void> =>
  asService(options, (notifier) => unregister(config, notifier, options));

async function unregister(config: Config, notifier: Notifier, options: InstanceOptions): Promise<void> {
  const { log, signal } = options;
  const turn = readTurn(config.stateDir);
  const reason = await reasonToLeave(config, turn, { bootId: readBootId(), log, signal });
  // Stopped with the host, it has the runner to see to all the same.
  if (signal.aborted && (await hostStopping()) === null) return;
  if (reason === null) {
    log.info({ state: turn.state ?? 'discovering', owner: turn.unit }, 'not my phase: no notice holds');
    withdrawNotice(config.runDir);
    await startUnit('lifecycle-check');
    return seeToIt(turn);
  }
  log.info({ notice: reason.notice?.kind ?? null, state: reason.state }, 'the instance leaves');
  // Before the lock: from here on no new job, whoever still holds the record.
  await stopIntake(config.runner).catch((error: unknown) => {
    log.error({ err: error }, 'the runner could not be told to take no new job; the machine tells it again');
  });
  await stopUnits(['init-runner', 'monitor-jobs', 'scale-up']);
  const end = await untilFree(() => leave(config, reason, notifier, options), createTimeline(0), options);
  if (end?.kind !== 'handedOver') return;
  // The group takes it back: watch again.
  withdrawNotice(config.runDir);
  await startUnit('lifecycle-check');
}

const leave = (
  config: Config,
  { notice }: Reason,
  notifier: Notifier,
  options: InstanceOptions,
): Promise<InstanceEnd> =>
  runOwner(
    'unreg-runner',
    config,
    {
      watched: { metadata: metadataItems, runnerProcess: false, runnerMetrics: false },
      announced: (clockOffset) => eventsOf(notice, clockOffset),
      // An instance that is told to leave before anybody has looked: the look is ours.
      ...(notice === null ? {} : { also: 'discovering' }),
    },
    notifier,
    options,
  );

/** Tries until the state directory is free; throws LockedError when that takes too long. */
async function untilFree<T>(
  attempt: () => Promise<T>,
  clock: Clock,
  { log, signal }: InstanceOptions,
): Promise<T | null> {
  const limit = clock.now() + LOCK_PATIENCE;
  for (let said = false; ; said = true) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) return null;
      if (!(error instanceof LockedError) || clock.now() >= limit) throw error;
      if (!said) log.warn({ err: error }, 'waiting for the state directory');
      await sleep(clock, LOCK_RETRY, signal).catch(() => {});
    }
  }
}
