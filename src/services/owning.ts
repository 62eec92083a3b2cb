import { requireSecrets } from '../config/secrets.ts';
import type { Config } from '../config.ts';
import {
  type HostRules,
  type InstanceEnd,
  type InstanceOptions,
  runInstance,
  unwritable,
} from '../engine/instance.ts';
import { stateName } from '../engine/record.ts';
import { createTimeline } from '../engine/timeline.ts';
import { isPooled } from '../lifecycle/group.ts';
import { type Notifier, notifySystemd } from '../systemd/notify.ts';
import { activeState, startUnit } from '../systemd/units.ts';
import { withdrawNotice } from './notice.ts';
import { type OwningUnit, ownerOf } from './owners.ts';
import { scaleUpByUnit } from './scale-up/starter.ts';
import { readTurn, type Turn } from './turn.ts';

const QUIET = { metadata: [], runnerProcess: false, runnerMetrics: false } as const;

/**
 * init-runner.service, at every boot: from the first look until the instance serves, or waits in a warm pool, or
 * another unit has to go on.
 */
export async function runInitRunner(config: Config, options: InstanceOptions): Promise<void> {
  if (!(await isMyTurn('init-runner', config, options))) return;
  requireSecrets(config, options.env);
  // Notices are lifecycle-check's to see; the group is watched everywhere.
  await asService(options, (notifier) =>
    runOwner('init-runner', config, { watched: QUIET }, notifier, options),
  );
}

/** monitor-jobs.service: the instance serves; jobs are counted, the group is told when there are too many or none. */
export async function runMonitorJobs(config: Config, options: InstanceOptions): Promise<void> {
  const scaleUp = {
    runDir: config.runDir,
    timeout: config.lifecycle.scaleUpTimeout + 30_000,
    clock: createTimeline(0),
  };
  await asService(options, async (notifier) => {
    if (!(await isMyTurn('monitor-jobs', config, options))) return;
    const rules: Rules = {
      watched: {
        metadata: ['rebalance', 'maintenance'],
        metadataEvery: 10,
        runnerProcess: true,
        runnerMetrics: true,
      },
      around: (executor) => scaleUpByUnit(executor, scaleUp),
      resumes: (command) => command.type === 'playScaleUp',
    };
    await runOwner('monitor-jobs', config, rules, notifier, options);
  });
}

/**
 * Tells systemd that the unit is up, runs it, and ends when systemd has been told: a notify unit that ends without that
 * word counts as failed, also where there was nothing to do.
 */
export async function asService<T>(
  { log, env }: InstanceOptions,
  run: (notifier: Notifier) => Promise<T>,
): Promise<T> {
  const notifier = notifySystemd({ clock: createTimeline(0), env, log });
  try {
    return await run(notifier);
  } finally {
    await notifier.stop();
  }
}

/** What tells one owner from another; `also`: a state of another that it may pass through. */
type Rules = Omit<HostRules, 'role' | 'owns' | 'onReady'> & { also?: string };

/**
 * The engine in the states of one unit, told to systemd. When the chart enters another unit's states, that unit is
 * started, with the state directory free again.
 */
export async function runOwner(
  unit: OwningUnit,
  config: Config,
  { also, ...rules }: Rules,
  notifier: Notifier,
  options: InstanceOptions,
): Promise<InstanceEnd> {
  const owns = (state: string) => state === also || [unit, null].includes(ownerOf(state));
  const end = await runInstance(
    config,
    { ...rules, role: `${unit}.service`, owns, onReady: (sources) => notifier.watch(sources) },
    options,
  );
  await passOn(unit, end, config);
  if (end.degraded) throw unwritable(end.kind, config.stateDir);
  return end;
}

async function passOn(unit: OwningUnit, { kind, record }: InstanceEnd, config: Config): Promise<void> {
  if (kind === 'handedOver') {
    const next = ownerOf(stateName(record.value));
    if (next !== null && next !== unit) await startUnit(next);
  }
  if (kind !== 'released') return;
  withdrawNotice(config.runDir);
  // Back in the warm pool: another life begins.
  if (!isPooled(record.context.group)) return;
  await startUnit('lifecycle-check');
  await startUnit('init-runner');
}

/** Whether it is this unit's turn; if not, says whose it is, and sees that that one runs. */
async function isMyTurn(unit: OwningUnit, config: Config, { log }: InstanceOptions): Promise<boolean> {
  const turn = readTurn(config.stateDir);
  if (turn.unit === unit || turn.unit === null) return true;
  log.info({ state: turn.state ?? 'discovering', owner: turn.unit }, 'not my phase');
  await seeToIt(turn);
  return false;
}

/** A record whose owner has been lost (killed between writing it down and starting the next) gets one again. */
export async function seeToIt({ unit, state }: Turn): Promise<void> {
  if (unit === null || state === null || state === 'released') return;
  if ((await activeState(unit)) === 'inactive') await startUnit(unit);
}
