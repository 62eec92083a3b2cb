import type { Clock } from '../../clock.ts';
import type { LifecycleInput, TargetLifecycleState } from '../../lifecycle/events.ts';
import { isLeaving } from '../../lifecycle/group.ts';
import type { Logger } from '../../logger.ts';
import type { GroupReader } from '../../sources/group-reader.ts';
import { startGroupState } from '../../sources/group-state.ts';
import type { Imds } from '../../sources/imds.ts';
import { startMetadata } from '../../sources/metadata.ts';
import type { Poller } from '../../sources/poller.ts';
import type { Notice } from '../notice.ts';

/** While a termination is announced the group is asked this often (ms). */
const CONFIRM_EVERY = 1_000;

export interface WatchDeps {
  imds: Imds;
  /** Made when the group is first asked: a watcher that has nothing to confirm needs no AWS client. */
  reader(): GroupReader;
  /** Reads ms since the boot. */
  clock: Clock;
  bootId: string;
  /** Between looks at the metadata, in ms. */
  interval: number;
  /** A group that is silent for this long (ms) confirms by its silence. */
  confirmLimit: number;
  log: Logger;
}

export interface Watch {
  /** Resolves with the first relevant notice. */
  notice: Promise<Notice>;
  source: Poller;
  stop(): Promise<void>;
}

type Leaving = Extract<TargetLifecycleState, 'Terminated' | 'Warmed:Terminated'>;

const isLeavingTarget = (target: TargetLifecycleState): target is Leaving =>
  target === 'Terminated' || target === 'Warmed:Terminated';

/**
 * Watches for what makes the instance leave: a Spot interruption, or a target lifecycle state that the group confirms.
 * The target runs ahead of the group ("Retrieve the target lifecycle state", Auto Scaling User Guide), so alone it is
 * no notice.
 */
export function watchForNotice(deps: WatchDeps): Watch {
  const { imds, clock, bootId, log } = deps;
  let tell: (notice: Notice) => void = () => {};
  const notice = new Promise<Notice>((resolve) => {
    tell = resolve;
  });
  let confirming: { target: Leaving; group: Poller } | null = null;

  const confirm = (target: Leaving) => {
    if (confirming !== null) return;
    log.info({ target }, 'a termination is announced: asking the group');
    const group = startGroupState({
      reader: deps.reader(),
      clock,
      interval: CONFIRM_EVERY,
      emit: onGroup,
      log,
    });
    confirming = { target, group };
  };
  const stopConfirming = () => {
    void confirming?.group.stop();
    confirming = null;
  };
  const onGroup = (input: LifecycleInput) => {
    if (confirming === null) return;
    const { target } = confirming;
    const told = { kind: 'terminated', bootId, at: clock.now(), target } as const;
    if (input.type === 'group.observed' && (input.group === null || isLeaving(input.group))) {
      tell({ ...told, unconfirmedFor: null });
    } else if (input.type === 'group.unreachable' && input.forMs >= deps.confirmLimit) {
      tell({ ...told, unconfirmedFor: input.forMs });
    }
  };
  const onMetadata = (input: LifecycleInput) => {
    if (input.type === 'interruption.noticed') {
      const { action, deadline } = input;
      tell({ kind: 'interruption', bootId, at: clock.now(), action, deadline });
    } else if (input.type === 'target.observed') {
      if (isLeavingTarget(input.target)) confirm(input.target);
      else stopConfirming();
    }
  };

  const source = startMetadata({
    imds,
    clock,
    interval: deps.interval,
    items: ['target', 'interruption'],
    emit: onMetadata,
    log,
  });
  return {
    notice,
    source,
    async stop() {
      await Promise.all([source.stop(), confirming?.group.stop()]);
    },
  };
}
