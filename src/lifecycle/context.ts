import type { GroupView, HaltKind, HookTransition, TargetLifecycleState } from './events.ts';
import { defaultPolicy, type LifecyclePolicy } from './policy.ts';

/** What the machine remembers between events. JSON only; `policy` is configuration and not written to the record. */
export interface LifecycleContext {
  policy: LifecyclePolicy;
  group: GroupView | null;
  target: TargetLifecycleState | null;
  /** The playbook run in flight; at most one. */
  operation: string | null;
  /** How many operations have been named, over all lives; makes ids such as `unreg-2` unique on the host. */
  operations: number;
  /** Failures in a row in the present phase. */
  attempts: number;
  notice: 'none' | 'rebalance' | 'maintenance' | 'interruption';
  /** When an announced interruption or maintenance comes (engine's timeline). */
  noticeDeadline: number | null;
  maintenanceId: string | null;
  /** When the drain is forced (engine's timeline). */
  deadline: number | null;
  /** How the host goes down, once that has begun; null: it does not. */
  halt: HaltKind | null;
  /** Why the instance leaves, in words for people. */
  reason: string | null;
  /** The lifecycle action that the unreg play answers, and how. */
  transition: HookTransition;
  result: 'CONTINUE' | 'ABANDON';
  running: number | null;
  limit: number | null;
  paused: boolean;
  /** The idle threshold has passed while retirement was not possible. */
  ripe: boolean;
  /** Increases asked for in the present saturation. */
  scaleUps: number;
  desiredBefore: number | null;
  /** Why no increase is asked for, or null. */
  scaleBlocked: string | null;
  /** Scale-in protection as last asked for; null: not known. */
  scaleInProtected: boolean | null;
  /** The lifecycle action was completed, or seen to be gone. */
  launchActionDone: boolean;
  terminateActionDone: boolean;
  /** Runners still registered in GitLab after the last unreg; null: not known. */
  runnersLeft: number | null;
}

export function initialContext(policy: LifecyclePolicy = defaultPolicy, operations = 0): LifecycleContext {
  return {
    policy,
    group: null,
    target: null,
    operation: null,
    operations,
    attempts: 0,
    notice: 'none',
    noticeDeadline: null,
    maintenanceId: null,
    deadline: null,
    halt: null,
    reason: null,
    transition: 'terminating',
    result: 'CONTINUE',
    running: null,
    limit: null,
    paused: false,
    ripe: false,
    scaleUps: 0,
    desiredBefore: null,
    scaleBlocked: null,
    scaleInProtected: null,
    launchActionDone: false,
    terminateActionDone: false,
    runnersLeft: null,
  };
}
