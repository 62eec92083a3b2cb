import type { Clock } from '../../src/clock.ts';
import type { GroupView, HookTransition } from '../../src/lifecycle/events.ts';

/** Short enough for a drain to need several heartbeats. */
const HOOK_TIMEOUT = 60_000;
const MOVING = 2_000;
const PEER_BOOT = 15_000;
/** How long an instance stays in the warm pool. */
const POOLED = 60_000;
/** What others have done to the group so lately need not have been seen. */
const STALE = 10_000;
/** A view of the group may be as old: an interval, and the longest silence of the API. */
const OLDEST_VIEW = 25_000;

export interface GroupOptions {
  hooks: boolean;
  /** Told what must never happen. */
  violate(what: string): void;
  /** Somebody could answer a lifecycle action. */
  attended(): boolean;
  /** The instance is no more: its host goes away. */
  onGone(): void;
}

/** The instance in its Auto Scaling group, and peers that are only counted. */
export function createGroup(clock: Clock, { hooks, violate, attended, onGone }: GroupOptions) {
  let state: string = 'Pending';
  let target: 'InService' | 'Terminated' | 'Warmed:Running' = 'InService';
  let action: { transition: HookTransition; stop: () => void } | null = null;
  const size = { min: 1, max: 4, desired: 2, active: 2, pending: 0 };

  /** When something was last wanted that is not there yet; null: nothing is. */
  let unsettledSince: number | null = null;
  let raisedAt: number | null = null;
  /** When others last lowered what is desired. */
  let loweredAt = Number.NEGATIVE_INFINITY;

  const later = (ms: number, run: () => void) => clock.setTimer(clock.now() + ms, run);

  function open(transition: HookTransition): void {
    const expire = () => {
      if (attended()) violate(`the ${transition} action timed out in ${state}`);
      close(transition, 'ABANDON');
    };
    action = { transition, stop: later(HOOK_TIMEOUT, expire) };
  }

  function close(transition: HookTransition, result: 'CONTINUE' | 'ABANDON'): void {
    action?.stop();
    action = null;
    if (transition === 'terminating' && target === 'Warmed:Running') {
      state = 'Warmed:Pending:Proceed';
      later(MOVING, pooled);
    } else if (transition === 'terminating') {
      state = 'Terminating:Proceed';
      later(MOVING, vanish);
    } else if (result === 'CONTINUE') {
      state = 'Pending:Proceed';
      later(MOVING, () => {
        if (state === 'Pending:Proceed') state = 'InService';
      });
    } else {
      leave();
    }
  }

  /** In the pool, until it is wanted again: the launch hook comes a second time. */
  function pooled(): void {
    if (state !== 'Warmed:Pending:Proceed') return;
    state = 'Warmed:Running';
    later(POOLED, () => {
      if (state !== 'Warmed:Running') return;
      target = 'InService';
      size.active += 1;
      size.desired = Math.min(size.max, size.desired + 1);
      state = 'Pending:Wait';
      open('launching');
    });
  }

  function leave(): void {
    if (state.startsWith('Terminating') || state === 'gone') return;
    // A pool gives up what it holds; it does not count towards the group.
    if (state.startsWith('Warmed:')) size.active += 1;
    target = 'Terminated';
    size.active -= 1;
    action?.stop();
    action = null;
    state = hooks ? 'Terminating:Wait' : 'Terminating';
    if (hooks) open('terminating');
    else later(MOVING, vanish);
    // What is wanted and not there is launched.
    replace();
  }

  function replace(): void {
    if (size.active < size.desired) unsettledSince ??= clock.now();
    while (size.active < size.desired) {
      size.active += 1;
      size.pending += 1;
      later(PEER_BOOT, () => {
        size.pending -= 1;
        if (size.pending === 0) unsettledSince = null;
      });
    }
  }

  function vanish(): void {
    if (state === 'gone') return;
    action?.stop();
    action = null;
    state = 'gone';
    onGone();
  }

  const hook = (name: string) =>
    hooks ? { name, heartbeatTimeout: HOOK_TIMEOUT, defaultResult: 'ABANDON' } : null;

  const group = {
    scaleInProtected: false,
    apiDownUntil: 0,
    size,
    state: () => state,
    target: () => target,
    leaving: () => /^(Terminating|Warmed)/.test(state) || state === 'gone',
    pooled: () => state.startsWith('Warmed:'),
    answers: () => clock.now() >= group.apiDownUntil,
    begin(): void {
      if (hooks) {
        state = 'Pending:Wait';
        open('launching');
      } else {
        later(MOVING, () => {
          state = 'InService';
        });
      }
    },
    view(): GroupView | null {
      if (state === 'gone') return null;
      return {
        groupName: 'runners',
        lifecycleState: state,
        launchHook: hook('launch'),
        terminateHook: hook('terminate'),
        minSize: size.min,
        maxSize: size.max,
        desiredCapacity: size.desired,
        activeInstances: size.active,
        pendingInstances: size.pending + (state.startsWith('Pending') ? 1 : 0),
        scaleInProtected: group.scaleInProtected,
        launchSuspended: false,
        terminateSuspended: false,
        launchFailure: null,
      };
    },
    heartbeat(transition: HookTransition): boolean {
      if (action?.transition !== transition) return false;
      action.stop();
      open(transition);
      return true;
    },
    complete(transition: HookTransition, result: 'CONTINUE' | 'ABANDON'): 'completed' | 'gone' {
      if (action?.transition !== transition) return 'gone';
      close(transition, result);
      return 'completed';
    },
    /** By an operator or by us; `decrement` below min is refused, as AWS does. */
    terminate(decrement: boolean): string | null {
      if (group.leaving()) return null;
      if (decrement && size.desired - 1 < size.min) return 'min size';
      if (decrement) {
        size.desired -= 1;
        loweredAt = clock.now();
      }
      leave();
      return null;
    },
    /** Scale-in of a group whose instances go back to its warm pool. */
    takeBack(): void {
      if (state !== 'InService' || !hooks || size.desired - 1 < size.min) return;
      target = 'Warmed:Running';
      size.desired -= 1;
      loweredAt = clock.now();
      size.active -= 1;
      state = 'Terminating:Wait';
      open('terminating');
    },
    /** Announced by the metadata before the API says it. */
    announce(lead: number): void {
      if (group.leaving()) return;
      target = 'Terminated';
      later(lead, () => leave());
    },
    raise(): number {
      const now = clock.now();
      // Where others lower it meanwhile, an increase whose answer was lost cannot be told from one that was never made.
      const hidden = raisedAt !== null && loweredAt > raisedAt - OLDEST_VIEW;
      if (raisedAt !== null && now - raisedAt < PEER_BOOT && !hidden)
        violate('an increase while its last one had not settled');
      if (unsettledSince !== null && now - unsettledSince > STALE) {
        violate('an increase while one by others had not settled');
      }
      raisedAt = now;
      if (size.desired < size.max) size.desired += 1;
      replace();
      return size.desired;
    },
    unhealthy(): void {
      leave();
    },
    vanish,
  };
  return group;
}

export type Group = ReturnType<typeof createGroup>;
