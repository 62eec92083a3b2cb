import type { GroupView } from './events.ts';

/** Questions about the group's view of the instance, in Auto Scaling's own state names. */
export const isPending = (group: GroupView | null): boolean =>
  group?.lifecycleState.startsWith('Pending') ?? false;

export const isInService = (group: GroupView | null): boolean => group?.lifecycleState === 'InService';

export const isRetained = (group: GroupView | null): boolean =>
  group?.lifecycleState.endsWith(':Retained') ?? false;

/** Leaving for good or back to the warm pool; Terminating:Retained is its own case. */
export const isLeaving = (group: GroupView | null): boolean =>
  group !== null && /^(Warmed:)?Terminat/.test(group.lifecycleState) && !isRetained(group);

/** In the warm pool, or on its way into it from a launch. */
export const isPooled = (group: GroupView | null): boolean =>
  group !== null &&
  /^Warmed:(Pending|Stopped|Running|Hibernated)/.test(group.lifecycleState) &&
  !isRetained(group);

export const isStandby = (group: GroupView | null): boolean =>
  group?.lifecycleState === 'Standby' || group?.lifecycleState === 'EnteringStandby';

export const isDetached = (group: GroupView | null): boolean =>
  group?.lifecycleState.startsWith('Detach') ?? false;

export const launchActionOpen = (group: GroupView | null): boolean =>
  group?.launchHook != null && /(^|:)Pending:Wait$/.test(group.lifecycleState);

export const terminateActionOpen = (group: GroupView | null): boolean =>
  group?.terminateHook != null && /(^|:)Terminating:Wait$/.test(group.lifecycleState);

/** Every instance that counts towards desired capacity has arrived. */
export const isSettled = (group: GroupView): boolean =>
  group.pendingInstances === 0 && group.activeInstances >= group.desiredCapacity;

/** Why desired capacity cannot be raised now, in words, or null when it can. */
export function whyNotScaleUp(group: GroupView | null): string | null {
  if (group === null) return 'the group is not known';
  if (group.launchSuspended) return 'the Launch process is suspended';
  if (group.desiredCapacity >= group.maxSize) return `the group is at its maximum (${group.maxSize})`;
  if (group.launchFailure !== null) return `the last launch failed: ${group.launchFailure}`;
  if (!isSettled(group)) return 'an earlier increase has not settled';
  return null;
}

/** Why this instance cannot be retired now, or null when it can. */
export function whyNotRetire(group: GroupView | null): string | null {
  if (group === null) return 'the group is not known';
  if (!isInService(group)) return `the instance is ${group.lifecycleState}`;
  if (group.terminateSuspended) return 'the Terminate process is suspended';
  if (group.activeInstances <= group.desiredCapacity && group.desiredCapacity <= group.minSize) {
    return `the group is at its minimum (${group.minSize})`;
  }
  return null;
}
