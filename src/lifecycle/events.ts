/**
 * Everything that can happen to an instance, as the lifecycle machine sees it: one union, {@link LifecycleEvent}.
 * Sources and effects make these; the engine stamps each with `at`.
 */

/** Auto Scaling's LifecycleState of the instance, as DescribeAutoScalingInstances spells it. */
export type LifecycleState = string;

/** The metadata item autoscaling/target-lifecycle-state: where the group wants the instance to be. */
export type TargetLifecycleState =
  | 'InService'
  | 'Terminated'
  | 'Standby'
  | 'Detached'
  | 'Warmed:Hibernated'
  | 'Warmed:Running'
  | 'Warmed:Stopped'
  | 'Warmed:Terminated';

/** One lifecycle hook of ours. Times in ms. */
export interface HookView {
  name: string;
  heartbeatTimeout: number;
  /** What Auto Scaling does when the action times out: CONTINUE or ABANDON. */
  defaultResult: string;
}

/** The instance and its group, as the Auto Scaling API tells it at one moment. Scalars and two hooks only. */
export interface GroupView {
  groupName: string;
  lifecycleState: LifecycleState;
  /** The launch hook that is ours (configured, or the only one on the transition); null: none. */
  launchHook: HookView | null;
  terminateHook: HookView | null;
  minSize: number;
  maxSize: number;
  desiredCapacity: number;
  /** Instances that count towards desired capacity: pending and in service, not terminating, not standby. */
  activeInstances: number;
  /** Of these, those not yet InService. */
  pendingInstances: number;
  scaleInProtected: boolean;
  launchSuspended: boolean;
  terminateSuspended: boolean;
  /** Status message of the newest launch activity if it failed, else null. */
  launchFailure: string | null;
}

/** What of the runner is on this host. */
export interface LocalRunner {
  /** A runner process of ours is alive. */
  alive: boolean;
  /** config.toml holds at least one registered [[runners]] section. */
  registered: boolean;
}

export type PlaybookName = 'gitlab_runner_init' | 'gitlab_runner_unreg' | 'scale_up';

export type PlaybookFailure = 'failed' | 'timeout' | 'cancelled' | 'interrupted' | 'spawn';

/** What a playbook reports about its work; every member is optional because a failed run may report none. */
export interface PlaybookFacts {
  /** How the lifecycle action ended: completed by this run, already gone, or not asked for. */
  lifecycleAction?: 'completed' | 'gone' | 'none';
  /** Runners that are still registered in GitLab after the run. */
  runnersLeft?: number;
  desiredBefore?: number;
  desiredAfter?: number;
}

export type Observation =
  | {
      type: 'discovered';
      group: GroupView | null;
      target: TargetLifecycleState | null;
      runner: LocalRunner;
    }
  /** `group: null` means that the API answered and knows no such instance. No answer is no event. */
  | { type: 'group.observed'; group: GroupView | null }
  /** The API has not answered for this long (ms). */
  | { type: 'group.unreachable'; forMs: number }
  | { type: 'target.observed'; target: TargetLifecycleState }
  /** `deadline` is on the engine's timeline, converted once, when the notice was first read. */
  | { type: 'interruption.noticed'; action: 'terminate' | 'stop' | 'hibernate'; deadline: number }
  | { type: 'rebalance.noticed'; noticeTime: string }
  | { type: 'maintenance.noticed'; id: string; code: string; notBefore: number; notAfter: number | null }
  /** The maintenance with this id is over or was cancelled. */
  | { type: 'maintenance.cleared'; id: string }
  /** A fresh, believed sample. `limit` is min(concurrent, sum of limits if all are set). */
  | { type: 'runner.sampled'; running: number; limit: number; paused: boolean }
  /** No reading: missing, stale, foreign or broken metrics. Never a zero. */
  | { type: 'runner.unreadable'; reason: string }
  /** The runner process was seen alive, or seen gone. */
  | { type: 'runner.process'; alive: boolean }
  /** GitLab refuses the runner's token (403 on jobs/request): it was deleted there. */
  | { type: 'runner.rejected' };

export type CommandResult =
  | { type: 'playbook.succeeded'; operation: string; facts: PlaybookFacts }
  | {
      type: 'playbook.failed';
      operation: string;
      reason: PlaybookFailure;
      message: string;
      facts: PlaybookFacts;
    }
  | { type: 'lifecycleAction.completed'; transition: HookTransition; outcome: 'completed' | 'gone' }
  | { type: 'lifecycleAction.failed'; transition: HookTransition; message: string }
  | { type: 'heartbeat.recorded'; transition: HookTransition }
  /** ValidationError: the action is gone. Throttling and 5xx are retried by the effect, not reported here. */
  | { type: 'heartbeat.refused'; transition: HookTransition; message: string }
  | { type: 'heartbeat.failed'; transition: HookTransition; message: string }
  | { type: 'termination.accepted' }
  | { type: 'termination.refused'; message: string }
  | { type: 'protection.set'; protected: boolean }
  | { type: 'protection.failed'; message: string }
  | { type: 'health.set' }
  | { type: 'health.failed'; message: string };

/** How the operating system goes down. */
export type HaltKind = 'poweroff' | 'reboot';

/** A request from the host: the operating system goes down, whoever wanted that. */
export type HostRequest = { type: 'host.stopping'; kind: HaltKind };

export type HookTransition = 'launching' | 'terminating';

export type LifecycleInput = Observation | CommandResult | HostRequest;

/** An input stamped with the engine's time (ms on the engine's timeline). */
export type LifecycleEvent = LifecycleInput & { at: number };
