import { type Clock, sleep } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { Imds } from './imds.ts';

export interface Identity {
  instanceId: string;
  region: string;
}

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
/** A launch hook may wait as little as 30 s, and without an identity nobody sends its heartbeats. */
const LONGEST_WITHOUT_IDENTITY = 5_000;

interface Patience {
  clock: Clock;
  log: Logger;
  signal?: AbortSignal | undefined;
}

/** Tries until `attempt` succeeds or the signal aborts; the pause between tries (ms) grows to `longest`. */
export async function untilAnswered<T>(
  attempt: () => Promise<T>,
  { clock, log, signal, what, longest = LONGEST_DELAY }: Patience & { what: string; longest?: number },
): Promise<T> {
  for (let delay = FIRST_DELAY; ; delay = Math.min(longest, delay * 2)) {
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

/** Asks the metadata which instance this is until they say so; they are near, so the pauses stay short. */
export const findIdentity = (imds: Imds, region: string | undefined, patience: Patience): Promise<Identity> =>
  untilAnswered(() => readIdentity(imds, region, patience.signal), {
    ...patience,
    what: 'instance identity',
    longest: LONGEST_WITHOUT_IDENTITY,
  });
