import type { AutoScalingApi } from '../aws/autoscaling.ts';
import { type HookNames, type OurHooks, readHooks } from '../aws/hooks.ts';
import { completeLifecycleAction } from '../effects/autoscaling.ts';
import type { HookClaim } from './claims.ts';
import type { Outcome } from './remove.ts';

export interface HookCompleter {
  /** Our hook on the claim's transition; null: the group has none, or several and no name is configured. */
  nameOf(claim: HookClaim): Promise<string | null>;
  /** Completes the action; "No active Lifecycle Action" is `gone`. */
  complete(claim: HookClaim, hookName: string): Promise<Outcome>;
}

/** A launch without an instance has failed; the end of one that has gone can only go on. */
const RESULTS = { launching: 'ABANDON', terminating: 'CONTINUE' } as const;

/** Completes lifecycle actions of instances that are gone. Only hooks of ours: others belong to somebody else. */
export function createHookCompleter(
  api: AutoScalingApi,
  hookNames: HookNames,
  signal: AbortSignal,
): HookCompleter {
  const cached = new Map<string, OurHooks>();
  const hooksOf = async (groupName: string) => {
    const hooks = cached.get(groupName) ?? (await readHooks(api, groupName, hookNames, signal));
    cached.set(groupName, hooks);
    return hooks;
  };
  return {
    nameOf: async ({ groupName, transition }) => (await hooksOf(groupName))[transition]?.name ?? null,
    async complete({ groupName, instanceId, transition }, hookName) {
      const action = { transition, groupName, hookName, instanceId };
      const result = RESULTS[transition];
      const ended = await completeLifecycleAction(api, action, result, hookNames, signal);
      if (ended.type === 'lifecycleAction.completed') {
        return { is: ended.outcome === 'gone' ? 'gone' : 'removed' };
      }
      const because = ended.type === 'lifecycleAction.failed' ? ended.message : 'no answer';
      return { is: 'left', because };
    },
  };
}
