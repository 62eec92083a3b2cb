import type { Config } from '../../config.ts';
import type { InstanceOptions } from '../../engine/instance.ts';
import { createTimeline, readBootId } from '../../engine/timeline.ts';
import { ConfigError } from '../../errors.ts';
import { findIdentity } from '../../sources/identity.ts';
import { createImds } from '../../sources/imds.ts';
import { notifySystemd } from '../../systemd/notify.ts';
import { systemdVersion } from '../../systemd/units.ts';
import { writeNotice } from '../notice.ts';
import { groupReader } from '../reader.ts';
import { watchForNotice } from './watch.ts';

/** `OnSuccess=` came with this version of systemd. */
const OLDEST_SYSTEMD = 249;

/**
 * lifecycle-check.service: watches until the instance has to leave, writes the notice, and returns `noticed`; then
 * systemd starts unreg-runner (OnSuccess=). Returns `stopped` when the signal aborts first. Owns no state.
 */
export async function runLifecycleCheck(
  config: Config,
  { log, env, signal }: InstanceOptions,
): Promise<'noticed' | 'stopped'> {
  const version = await systemdVersion();
  if (version < OLDEST_SYSTEMD) {
    throw new ConfigError(
      `systemd ${version} has no OnSuccess=, which came with ${OLDEST_SYSTEMD}: nothing would start ` +
        'unreg-runner.service; run the agent instead (drover_mode: agent)',
    );
  }
  // Its timeline is the boot clock alone: every process of this boot understands its times.
  const clock = createTimeline(0);
  const { endpoint, timeout, interval } = config.metadata;
  const imds = createImds({ endpoint, timeout, clock });
  const notifier = notifySystemd({ clock, env, log });
  const stopped = new Promise<'stopped'>((resolve) => {
    if (signal.aborted) resolve('stopped');
    signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  const identity = await Promise.race([
    findIdentity(imds, config.autoscaling.region, { clock, log, signal }).catch((error: unknown) => {
      if (signal.aborted) return 'stopped' as const;
      throw error;
    }),
    stopped,
  ]);
  if (identity === 'stopped') {
    await notifier.stop();
    return 'stopped';
  }
  const watch = watchForNotice({
    imds,
    clock,
    interval,
    bootId: readBootId(),
    confirmLimit: config.lifecycle.confirmLimit,
    reader: () => groupReader(config, identity, clock),
    log,
  });
  notifier.watch([watch.source]);
  const end = await Promise.race([watch.notice, stopped]);
  if (end !== 'stopped') {
    writeNotice(config.runDir, end);
    log.info({ ...end }, 'the instance has to leave: the notice is written');
  }
  await Promise.all([notifier.stop(), watch.stop()]);
  imds.close();
  return end === 'stopped' ? 'stopped' : 'noticed';
}
