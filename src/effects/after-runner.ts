import { type Clock, sleep } from '../clock.ts';
import { findRunner, type RunnerSettings } from '../runner/process.ts';

const LOOK_EVERY = 1_000;

/**
 * Watches a gitlab_runner_unreg play: resolves to true once the runner has been gone for `limit` ms, and to false when
 * the play has ended before. The drain itself has no limit here; the machine sets it.
 */
export async function overdueAfterRunner(
  settings: RunnerSettings,
  limit: number,
  clock: Clock,
  ended: AbortSignal,
): Promise<boolean> {
  let goneSince: number | null = null;
  try {
    for (;;) {
      const pid = await findRunner(settings).catch(() => -1);
      if (pid !== null) goneSince = null;
      else goneSince ??= clock.now();
      if (goneSince !== null && clock.now() - goneSince >= limit) return true;
      await sleep(clock, LOOK_EVERY, ended);
    }
  } catch (error) {
    if (ended.aborted) return false;
    throw error;
  }
}
