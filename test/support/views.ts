import type { GroupView } from '../../src/lifecycle/events.ts';

/** A group with both hooks, room to grow and to shrink; tests change what they are about. */
export function groupView(changes: Partial<GroupView> = {}): GroupView {
  return {
    groupName: 'runners',
    lifecycleState: 'InService',
    launchHook: { name: 'launch', heartbeatTimeout: 30_000, defaultResult: 'ABANDON' },
    terminateHook: { name: 'terminate', heartbeatTimeout: 30_000, defaultResult: 'CONTINUE' },
    minSize: 1,
    maxSize: 3,
    desiredCapacity: 2,
    activeInstances: 2,
    pendingInstances: 0,
    scaleInProtected: false,
    launchSuspended: false,
    terminateSuspended: false,
    launchFailure: null,
    ...changes,
  };
}
