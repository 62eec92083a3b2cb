import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { EventLog } from '../log.ts';
import { AwsFault, type GroupInstance, type Hook, type LifecycleAction } from './model.ts';

/** AWS: an action never waits longer than 48 hours or 100 heartbeats. */
const GLOBAL_MAX = 172_800_000;
/** A timer that is this late (ms) says that this process stood still: what was asked meanwhile is heard first. */
const STALLED = 1_000;

export interface LifecycleActionsOptions {
  clock: Clock;
  log: EventLog;
  /** Every action of the instance's transition has been answered, or one was abandoned. */
  answered(instance: GroupInstance, transition: Hook['transition'], result: 'CONTINUE' | 'ABANDON'): void;
}

/** Lifecycle actions that really wait, take heartbeats and time out with the hook's default result. */
export function createLifecycleActions({ clock, log, answered }: LifecycleActionsOptions) {
  const note = (instance: GroupInstance, hook: Hook, state: string, more: Record<string, unknown> = {}) =>
    log.append({
      service: 'autoscaling',
      kind: 'state',
      subject: 'hook',
      instanceId: instance.id,
      hook: hook.name,
      transition: hook.transition,
      lifecycleState: instance.lifecycleState,
      state,
      ...more,
    });

  const arm = (instance: GroupInstance, action: LifecycleAction, at = action.deadline) => {
    action.cancelTimer();
    action.cancelTimer = clock.setTimer(at, () => {
      if (clock.now() - at > STALLED) return arm(instance, action, clock.now() + STALLED);
      instance.actions.delete(action.hook.name);
      note(instance, action.hook, 'timedOut', { result: action.hook.defaultResult });
      finish(instance, action.hook, action.hook.defaultResult);
    });
  };

  const finish = (instance: GroupInstance, hook: Hook, result: 'CONTINUE' | 'ABANDON') => {
    if (result === 'ABANDON') {
      for (const other of instance.actions.values()) other.cancelTimer();
      instance.actions.clear();
    }
    if (instance.actions.size === 0) answered(instance, hook.transition, result);
  };

  const find = (instance: GroupInstance | undefined, hookName: string, id: string): LifecycleAction => {
    const action = instance?.actions.get(hookName);
    if (action !== undefined) return action;
    throw new AwsFault('ValidationError', `No active Lifecycle Action found with instance ID ${id}`);
  };

  return {
    /** Opens one action a hook. */
    open(instance: GroupInstance, hooks: Hook[]) {
      for (const hook of hooks) {
        const timeout = hook.heartbeatTimeout * 1000;
        const now = clock.now();
        const action: LifecycleAction = {
          hook,
          token: randomUUID(),
          deadline: now + timeout,
          globalDeadline: now + Math.min(GLOBAL_MAX, 100 * timeout),
          cancelTimer: () => {},
        };
        instance.actions.set(hook.name, action);
        note(instance, hook, 'opened');
        arm(instance, action);
      }
    },
    complete(
      instance: GroupInstance | undefined,
      hookName: string,
      id: string,
      result: 'CONTINUE' | 'ABANDON',
    ) {
      const action = find(instance, hookName, id);
      const owner = instance as GroupInstance;
      action.cancelTimer();
      owner.actions.delete(hookName);
      note(owner, action.hook, 'completed', { result });
      finish(owner, action.hook, result);
    },
    heartbeat(instance: GroupInstance | undefined, hookName: string, id: string) {
      const action = find(instance, hookName, id);
      const extended = clock.now() + action.hook.heartbeatTimeout * 1000;
      action.deadline = Math.min(extended, action.globalDeadline);
      note(instance as GroupInstance, action.hook, 'heartbeat');
      arm(instance as GroupInstance, action);
    },
    /** The instance is gone: nothing waits any more. */
    drop(instance: GroupInstance) {
      for (const action of instance.actions.values()) {
        action.cancelTimer();
        note(instance, action.hook, 'dropped');
      }
      instance.actions.clear();
    },
  };
}
