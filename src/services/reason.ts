import type { Config } from '../config.ts';
import { createTimeline } from '../engine/timeline.ts';
import type { LifecycleInput } from '../lifecycle/events.ts';
import { isLeaving } from '../lifecycle/group.ts';
import type { Logger } from '../logger.ts';
import { readIdentity } from '../sources/identity.ts';
import { createImds, type Imds } from '../sources/imds.ts';
import { parseTarget } from '../sources/notices.ts';
import { type Notice, readNotice } from './notice.ts';
import { groupReader } from './reader.ts';
import type { Turn } from './turn.ts';

/** A notice that lifecycle-check wrote within this time (ms) holds as it is. */
const FRESH = 15_000;
/** How long (ms) the world has to say that an older notice does not hold any more. */
const LOOK_LIMIT = 10_000;

/** Why unreg-runner may act: a notice that holds, or a record in a state of its own. */
export type Reason = { notice: Notice | null; state: string | null };

/** Looks for a reason, without the lock and without an effect; null: there is none. */
export async function reasonToLeave(
  config: Config,
  turn: Turn,
  { bootId, log, signal }: { bootId: string; log: Logger; signal: AbortSignal },
): Promise<Reason | null> {
  const notice = readNotice(config.runDir, bootId);
  const holds = notice !== null && (await stillHolds(config, notice, log, signal));
  const state = turn.unit === 'unreg-runner' ? turn.state : null;
  if (!holds && state === null) return null;
  return { notice: holds ? notice : null, state };
}

/** What the machine is told of a notice; `clockOffset` turns its times into the engine's. */
export function eventsOf(notice: Notice | null, clockOffset: number): LifecycleInput[] {
  if (notice === null) return [];
  if (notice.kind === 'interruption') {
    const { action, deadline } = notice;
    return [{ type: 'interruption.noticed', action, deadline: Math.round(deadline + clockOffset) }];
  }
  const { target, unconfirmedFor } = notice;
  return [
    { type: 'target.observed', target },
    ...(unconfirmedFor === null ? [] : [{ type: 'group.unreachable', forMs: unconfirmedFor } as const]),
  ];
}

/** An older notice is looked at again; silence does not withdraw it. */
async function stillHolds(
  config: Config,
  notice: Notice,
  log: Logger,
  signal: AbortSignal,
): Promise<boolean> {
  const clock = createTimeline(0);
  const age = clock.now() - notice.at;
  if (age >= 0 && age < FRESH) return true;
  const { endpoint, timeout } = config.metadata;
  const imds = createImds({ endpoint, timeout, clock });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LOOK_LIMIT)]);
  try {
    if (notice.kind === 'interruption')
      return (await imds.get('meta-data/spot/instance-action', limit)) !== null;
    if (await saysLeaving(imds, limit)) return true;
    const identity = await readIdentity(imds, config.autoscaling.region, limit);
    const group = await groupReader(config, identity, clock).read(limit);
    return group === null || isLeaving(group);
  } catch (error) {
    log.warn({ err: error }, 'the notice cannot be looked at again: it stands');
    return true;
  } finally {
    imds.close();
  }
}

async function saysLeaving(imds: Imds, signal: AbortSignal): Promise<boolean> {
  const reply = await imds.get('meta-data/autoscaling/target-lifecycle-state', signal);
  const target = reply === null ? null : parseTarget(reply.text);
  return target === 'Terminated' || target === 'Warmed:Terminated';
}
