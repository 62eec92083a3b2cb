import { requireSecrets } from '../config/secrets.ts';
import type { Config } from '../config.ts';
import { type HostRules, type InstanceEnd, type InstanceOptions, runInstance } from '../engine/instance.ts';
import { stateName } from '../engine/record.ts';
import { createTimeline } from '../engine/timeline.ts';
import { isPooled } from '../lifecycle/group.ts';
import type { Poller } from '../sources/poller.ts';
import { createNotifier, tellReady } from '../systemd/notify.ts';
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
  const turn = readTurn(config.stateDir);
  if (!(await isMyTurn('init-runner', turn, options))) return;
  requireSecrets(config, options.env);
  // Notices are lifecycle-check's to see; the group is watched everywhere.
  await runOwner('init-runner', config, { watched: QUIET }, options);
}

/** monitor-jobs.service: the instance serves; jobs are counted, the group is told when there are too many or none. */
export async function runMonitorJobs(config: Config, options: InstanceOptions): Promise<void> {
  const turn = readTurn(config.stateDir);
  if (!(await isMyTurn('monitor-jobs', turn, options))) return;
  const scaleUp = {
    runDir: config.runDir,
    timeout: config.lifecycle.scaleUpTimeout + 30_000,
    clock: createTimeline(0),
  };
  await runOwner(
    'monitor-jobs',
    config,
    {
      watched: { metadata: ['rebalance', 'maintenance'], runnerProcess: true, runnerMetrics: true },
      around: (executor) => scaleUpByUnit(executor, scaleUp),
      resumes: (command) => command.type === 'playScaleUp',
    },
    options,
  );
}

/**
 * The engine in the states of one unit, told to systemd. When the chart enters another unit's states, that unit is
 * started, with the state directory free again.
 */
export async function runOwner(
  unit: OwningUnit,
  config: Config,
  rules: Omit<HostRules, 'role' | 'owns' | 'onReady'> & { also?: string },
  options: InstanceOptions,
): Promise<InstanceEnd> {
  const { log, env } = options;
  const sources: Poller[] = [];
  const clock = createTimeline(0);
  const notifier = createNotifier({ clock, env, log });
  notifier.ready(() => sources);
  const { also, ...host } = rules;
  const owns = (state: string) => state === also || [unit, null].includes(ownerOf(state));
  try {
    const end = await runInstance(
      config,
      { ...host, role: `${unit}.service`, owns, onReady: (started) => void sources.push(...started) },
      options,
    );
    await passOn(unit, end, config);
    return end;
  } finally {
    await notifier.stop();
  }
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
async function isMyTurn(unit: OwningUnit, turn: Turn, { log, env }: InstanceOptions): Promise<boolean> {
  if (turn.unit === unit || turn.unit === null) return true;
  log.info({ state: turn.state ?? 'discovering', owner: turn.unit }, 'not my phase');
  await tellReady({ clock: createTimeline(0), env, log });
  await seeToIt(turn);
  return false;
}

/** A record whose owner has been lost (killed between writing it down and starting the next) gets one again. */
export async function seeToIt({ unit, state }: Turn): Promise<void> {
  if (unit === null || state === null || state === 'released') return;
  if ((await activeState(unit)) === 'inactive') await startUnit(unit);
}
