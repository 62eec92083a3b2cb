import type { Clock } from '../clock.ts';
import type { LifecycleInput } from '../lifecycle/events.ts';
import type { Logger } from '../logger.ts';
import type { Imds, ImdsReply } from './imds.ts';
import { parseInterruption, parseMaintenance, parseRebalance, parseTarget } from './notices.ts';
import { type Poller, startPolling } from './poller.ts';

/** What of the metadata announces something. */
export const metadataItems = ['target', 'interruption', 'rebalance', 'maintenance'] as const;

export type MetadataItem = (typeof metadataItems)[number];

const PATHS: Record<MetadataItem, string> = {
  target: 'meta-data/autoscaling/target-lifecycle-state',
  interruption: 'meta-data/spot/instance-action',
  rebalance: 'meta-data/events/recommendations/rebalance',
  maintenance: 'meta-data/events/maintenance/scheduled',
};

/**
 * Announced to Spot instances alone. On others they are still looked at, at most this often (ms): a mock of the metadata
 * may send them to an instance that it calls on-demand, as amazon-ec2-metadata-mock does.
 */
const SPOT_ONLY: readonly MetadataItem[] = ['interruption', 'rebalance'];
const SPOT_ONLY_EVERY = 10_000;

export interface MetadataDeps {
  imds: Imds;
  clock: Clock;
  /** What to watch; default: everything. */
  items?: readonly MetadataItem[];
  /** Between looks, in ms. */
  interval: number;
  /** The maintenance that the record still counts as open, so that its end is noticed after a restart. */
  openMaintenance?: string | null;
  /** When this boot began, on the clock's timeline (ms): a reboot that was scheduled for before it is over. */
  bootedAt?: number;
  emit(input: LifecycleInput): void;
  log: Logger;
}

/**
 * Watches what the instance metadata announces: the target lifecycle state, a Spot interruption, a rebalance
 * recommendation, scheduled maintenance. Each look reports all that stands; an item that cannot be read is no event.
 */
export function startMetadata(deps: MetadataDeps): Poller {
  const { imds, clock, items = metadataItems, bootedAt = Number.NEGATIVE_INFINITY, emit, log } = deps;
  const converted = new Map<string, number>();
  let maintenance: string | null = deps.openMaintenance ?? null;
  let failing = false;
  let spotOnlyAt = Number.NEGATIVE_INFINITY;
  let onDemand: boolean | null = null;

  const isOnDemand = async (signal: AbortSignal): Promise<boolean> => {
    onDemand ??= (await imds.get('meta-data/instance-life-cycle', signal))?.text.trim() === 'on-demand';
    return onDemand;
  };
  const due = async (signal: AbortSignal): Promise<readonly MetadataItem[]> => {
    const recently = clock.now() - spotOnlyAt < SPOT_ONLY_EVERY;
    // A Spot instance unless it is said to be none.
    if (recently && (await isOnDemand(signal).catch(() => false))) {
      return items.filter((item) => !SPOT_ONLY.includes(item));
    }
    spotOnlyAt = clock.now();
    return items;
  };

  /** AWS's time on the engine's timeline; converted once for each notice, or it would move with every look. */
  const onTimeline = (key: string, time: number, reply: ImdsReply): number => {
    const known = converted.get(key);
    if (known !== undefined) return known;
    const at = clock.now() + (time - (reply.serverDate ?? clock.wall()));
    converted.set(key, at);
    return at;
  };

  /** Each says whether the text was understood. */
  const readers: Record<MetadataItem, (reply: ImdsReply) => boolean> = {
    target: (reply) => {
      const target = parseTarget(reply.text);
      if (target === null) return false;
      emit({ type: 'target.observed', target });
      return true;
    },
    interruption: (reply) => {
      const notice = parseInterruption(reply.text);
      if (notice === null) return false;
      const deadline = onTimeline(`spot ${notice.action} ${notice.time}`, notice.time, reply);
      emit({ type: 'interruption.noticed', action: notice.action, deadline });
      return true;
    },
    rebalance: (reply) => {
      const noticeTime = parseRebalance(reply.text);
      if (noticeTime === null) return false;
      emit({ type: 'rebalance.noticed', noticeTime });
      return true;
    },
    maintenance: (reply) => {
      const listed = parseMaintenance(reply.text);
      if (listed === null) return false;
      // EC2 may call a reboot active for a while after it.
      const events = listed.filter(
        ({ id, code, notBefore }) =>
          !code.endsWith('-reboot') || onTimeline(`${id} ${notBefore}`, notBefore, reply) >= bootedAt,
      );
      if (maintenance !== null && !events.some((event) => event.id === maintenance)) {
        emit({ type: 'maintenance.cleared', id: maintenance });
        maintenance = null;
      }
      const [next] = events;
      if (next === undefined) return true;
      maintenance = next.id;
      const { id, code, notBefore, notAfter } = next;
      emit({
        type: 'maintenance.noticed',
        id,
        code,
        notBefore: onTimeline(`${id} ${notBefore}`, notBefore, reply),
        notAfter: notAfter === null ? null : onTimeline(`${id} until ${notAfter}`, notAfter, reply),
      });
      return true;
    },
  };

  return startPolling({
    clock,
    interval: deps.interval,
    async look(signal) {
      const looks = (await due(signal)).map(async (item) => {
        const path = PATHS[item];
        const reply = await imds.get(path, signal);
        if (signal.aborted || reply === null) return;
        if (!readers[item](reply))
          log.warn({ path, text: reply.text.slice(0, 200) }, 'metadata not understood');
      });
      const failed = (await Promise.allSettled(looks)).find((result) => result.status === 'rejected');
      if (failed && !signal.aborted) throw failed.reason;
      if (failing) log.info('metadata answers again');
      failing = false;
    },
    onError(error) {
      if (!failing) log.warn({ err: error }, 'metadata cannot be read; nothing is inferred from that');
      failing = true;
    },
  });
}
