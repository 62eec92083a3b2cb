import type { LifecycleContext } from './context.ts';
import { launchActionOpen, terminateActionOpen } from './group.ts';

/** AWS: an action never waits longer than 100 heartbeats or 48 hours, heartbeats or not. */
const GLOBAL_TIMEOUT_HEARTBEATS = 100;
const GLOBAL_TIMEOUT_MAX = 172_800_000;
/** Without a hook nothing expects a heartbeat; the timer still looks again this often. */
const NO_HOOK_INTERVAL = 60_000;

/** Delay of the n-th retry: doubles from `retryDelay` to `retryDelayMax`. */
export function backoff(context: LifecycleContext): number {
  const { retryDelay, retryDelayMax } = context.policy;
  // A host that goes down waits for nobody.
  const most = context.halt === null ? retryDelayMax : retryDelay;
  return Math.min(most, retryDelay * 2 ** Math.max(0, context.attempts - 1));
}

/** From SIGTERM to SIGKILL. On a host that goes down half of what is left, so that there is time to unregister. */
export function forceDelay({ halt, policy }: LifecycleContext): number {
  if (halt === null) return policy.forceLimit;
  return Math.min(policy.forceLimit, Math.max(0, policy.haltLimit - policy.shutdownLimit) / 2);
}

/** When the runner of a host that goes down at `now` gets SIGTERM; a deadline already set only moves up. */
export function haltDeadline({ deadline, policy }: LifecycleContext, now: number): number {
  return Math.min(deadline ?? Number.POSITIVE_INFINITY, now + policy.shutdownLimit);
}

/** A third of the hook's heartbeat timeout, so that two heartbeats may fail. */
export function heartbeatInterval(context: LifecycleContext): number {
  const { group, transition } = context;
  const launching = launchActionOpen(group) || (transition === 'launching' && !terminateActionOpen(group));
  const hook = launching ? group?.launchHook : group?.terminateHook;
  return hook ? hook.heartbeatTimeout / 3 : NO_HOOK_INTERVAL;
}

function globalTimeout(heartbeatTimeout: number): number {
  return Math.min(GLOBAL_TIMEOUT_MAX, heartbeatTimeout * GLOBAL_TIMEOUT_HEARTBEATS);
}

/** How long launching may take: the policy's limit, and nine tenths of the hook's global timeout. */
export function launchDeadline(context: LifecycleContext): number {
  const hook = context.group?.launchHook;
  return hook
    ? Math.min(context.policy.launchLimit, 0.9 * globalTimeout(hook.heartbeatTimeout))
    : context.policy.launchLimit;
}

/**
 * When a drain that begins at `now` is forced (engine's timeline): the earliest of the drain limit, the margin before
 * a Spot interruption, and nine tenths of the terminate hook's global timeout. A deadline already set only moves up.
 */
export function drainDeadline(context: LifecycleContext, now: number): number {
  const { policy } = context;
  const limits = [now + policy.drainLimit];
  if (context.deadline !== null) limits.push(context.deadline);
  if (context.notice === 'interruption' && context.noticeDeadline !== null) {
    limits.push(context.noticeDeadline - policy.interruptionMargin);
  }
  const hook = context.group?.terminateHook;
  if (hook) limits.push(now + 0.9 * globalTimeout(hook.heartbeatTimeout));
  return Math.min(...limits);
}
