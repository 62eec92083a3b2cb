import type { LifecycleHook } from '@aws-sdk/client-auto-scaling';
import type { HookTransition, HookView } from '../lifecycle/events.ts';
import type { AutoScalingApi } from './autoscaling.ts';

const TRANSITIONS: Record<HookTransition, string> = {
  launching: 'autoscaling:EC2_INSTANCE_LAUNCHING',
  terminating: 'autoscaling:EC2_INSTANCE_TERMINATING',
};
/** AWS's default, in s (PutLifecycleHook, Auto Scaling API Reference). */
const DEFAULT_HEARTBEAT_TIMEOUT = 3_600;

export type OurHooks = Record<HookTransition, HookView | null>;

/** Hooks by the names that the configuration gives; without a name, the only one on its transition is ours. */
export type HookNames = { [transition in HookTransition]?: string | undefined };

/** Picks our hook on a transition: the configured one, or the only one; several and no name give null. */
export function selectHook(
  hooks: readonly LifecycleHook[],
  transition: HookTransition,
  name: string | undefined,
): HookView | null {
  const candidates = hooks.filter((hook) => hook.LifecycleTransition === TRANSITIONS[transition]);
  const ours = name === undefined ? candidates : candidates.filter((hook) => hook.LifecycleHookName === name);
  const [hook] = ours;
  if (hook?.LifecycleHookName === undefined || ours.length > 1) return null;
  return {
    name: hook.LifecycleHookName,
    heartbeatTimeout: (hook.HeartbeatTimeout ?? DEFAULT_HEARTBEAT_TIMEOUT) * 1_000,
    defaultResult: hook.DefaultResult ?? 'ABANDON',
  };
}

/** Reads the group's hooks and picks ours. */
export async function readHooks(
  api: AutoScalingApi,
  groupName: string,
  names: HookNames,
  signal?: AbortSignal,
): Promise<OurHooks> {
  const answer = await api.call(
    'DescribeLifecycleHooks',
    (client, sdk, http) =>
      client.send(new sdk.DescribeLifecycleHooksCommand({ AutoScalingGroupName: groupName }), http),
    { attempts: 2, signal },
  );
  const hooks = answer.LifecycleHooks ?? [];
  return {
    launching: selectHook(hooks, 'launching', names.launching),
    terminating: selectHook(hooks, 'terminating', names.terminating),
  };
}
