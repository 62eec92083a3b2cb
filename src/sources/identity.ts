import { type Clock, sleep } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { Imds } from './imds.ts';

export interface Identity {
  instanceId: string;
  region: string;
}

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;

/** Tries until `attempt` succeeds or the signal aborts; the pause between tries grows to 30 s. */
export async function untilAnswered<T>(
  attempt: () => Promise<T>,
  { clock, log, signal, what }: { clock: Clock; log: Logger; signal?: AbortSignal | undefined; what: string },
): Promise<T> {
  for (let delay = FIRST_DELAY; ; delay = Math.min(LONGEST_DELAY, delay * 2)) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      log.warn({ err: error, retryIn: delay }, `${what}: no answer yet`);
      await sleep(clock, delay, signal);
    }
  }
}

/** Which instance this is, and where; from the metadata. `region` from the configuration wins. */
export async function readIdentity(
  imds: Imds,
  region: string | undefined,
  signal?: AbortSignal,
): Promise<Identity> {
  const instanceId = (await imds.get('meta-data/instance-id', signal))?.text.trim();
  if (!instanceId || !/^i-[0-9a-zA-Z-]+$/.test(instanceId)) {
    throw new Error(
      `the metadata gave ${instanceId ? JSON.stringify(instanceId.slice(0, 40)) : 'nothing'} as instance id`,
    );
  }
  const found = region ?? (await imds.get('meta-data/placement/region', signal))?.text.trim();
  if (!found) throw new Error('the metadata gave no region: set autoscaling.region in the configuration');
  return { instanceId, region: found };
}
