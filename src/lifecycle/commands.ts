import type { HookTransition } from './events.ts';

/**
 * Everything the lifecycle machine can ask for: one union, {@link LifecycleCommand}. The engine writes each to the
 * journal before an effect carries it out. Every command is idempotent: it may run again after a crash.
 */
export type LifecycleCommand =
  /** Read identity, target, group, hooks and the local runner; answer with one `discovered`. */
  | { type: 'discover' }
  /** Read the group now; answers arrive as `group.observed`. */
  | { type: 'observeGroup' }
  | { type: 'playInit'; operation: string; completeHook: boolean }
  | {
      type: 'playUnreg';
      operation: string;
      transition: HookTransition;
      result: 'CONTINUE' | 'ABANDON';
      /** Whether the play shall complete the lifecycle action of `transition` at its end. */
      completeHook: boolean;
    }
  | { type: 'playScaleUp'; operation: string }
  /** Ends the named playbook run; nothing happens if it has ended. The run reports `playbook.failed: cancelled`. */
  | { type: 'cancelPlaybook'; operation: string }
  | { type: 'recordHeartbeat'; transition: HookTransition }
  | { type: 'completeLifecycleAction'; transition: HookTransition; result: 'CONTINUE' | 'ABANDON' }
  | { type: 'terminateInstance'; decrement: boolean }
  | { type: 'setProtection'; protected: boolean }
  | { type: 'markUnhealthy' }
  /** The runner takes no new job from now on; running jobs go on (SIGQUIT, or systemctl stop --no-block). */
  | { type: 'stopIntake' }
  /** SIGTERM: jobs are aborted and reported to GitLab. SIGKILL: last resort. */
  | { type: 'forceStop'; signal: 'SIGTERM' | 'SIGKILL' };

export type CommandType = LifecycleCommand['type'];
