import type { AutoScalingApi } from '../aws/autoscaling.ts';
import { AwsCallError, isActionGone, isValidation } from '../aws/errors.ts';
import { type HookNames, readHooks } from '../aws/hooks.ts';
import type { CommandResult, HookTransition } from '../lifecycle/events.ts';

/** One lifecycle action: whose, and of which hook. */
export interface LifecycleAction {
  transition: HookTransition;
  groupName: string;
  hookName: string;
  instanceId: string;
}

const keys = (action: LifecycleAction) => ({
  AutoScalingGroupName: action.groupName,
  LifecycleHookName: action.hookName,
  InstanceId: action.instanceId,
});

/**
 * Completes the action. "No active Lifecycle Action" is `gone`. Another ValidationError may mean that the hook was
 * renamed: the hooks are read once more, and the call repeated when ours has another name now.
 */
export async function completeLifecycleAction(
  api: AutoScalingApi,
  action: LifecycleAction,
  result: 'CONTINUE' | 'ABANDON',
  hookNames: HookNames,
  signal?: AbortSignal,
): Promise<CommandResult> {
  const { transition } = action;
  const send = ({ LifecycleHookName }: { LifecycleHookName: string }) =>
    api.call(
      'CompleteLifecycleAction',
      (client, sdk, http) =>
        client.send(
          new sdk.CompleteLifecycleActionCommand({
            ...keys(action),
            LifecycleHookName,
            LifecycleActionResult: result,
          }),
          http,
        ),
      { signal },
    );
  try {
    await send(keys(action)).catch(async (error: unknown) => {
      if (!isValidation(error) || isActionGone(error)) throw error;
      const renamed = (await readHooks(api, action.groupName, hookNames, signal))[transition];
      if (renamed === null || renamed.name === action.hookName) throw error;
      return send({ LifecycleHookName: renamed.name });
    });
    return { type: 'lifecycleAction.completed', transition, outcome: 'completed' };
  } catch (error) {
    if (isActionGone(error)) return { type: 'lifecycleAction.completed', transition, outcome: 'gone' };
    return { type: 'lifecycleAction.failed', transition, message: words(error) };
  }
}

/** Restarts the action's heartbeat timer. A ValidationError means that the action is gone: `heartbeat.refused`. */
export async function recordHeartbeat(
  api: AutoScalingApi,
  action: LifecycleAction,
  signal?: AbortSignal,
): Promise<CommandResult> {
  const { transition } = action;
  try {
    await api.call(
      'RecordLifecycleActionHeartbeat',
      (client, sdk, http) => client.send(new sdk.RecordLifecycleActionHeartbeatCommand(keys(action)), http),
      { signal },
    );
    return { type: 'heartbeat.recorded', transition };
  } catch (error) {
    return {
      type: isValidation(error) ? 'heartbeat.refused' : 'heartbeat.failed',
      transition,
      message: words(error),
    };
  }
}

/** Sets or lifts the instance's protection from scale-in. */
export async function setProtection(
  api: AutoScalingApi,
  { groupName, instanceId }: { groupName: string; instanceId: string },
  wanted: boolean,
  signal?: AbortSignal,
): Promise<CommandResult> {
  const input = { AutoScalingGroupName: groupName, InstanceIds: [instanceId], ProtectedFromScaleIn: wanted };
  try {
    await api.call(
      'SetInstanceProtection',
      (client, sdk, http) => client.send(new sdk.SetInstanceProtectionCommand(input), http),
      { signal },
    );
    return { type: 'protection.set', protected: wanted };
  } catch (error) {
    return { type: 'protection.failed', message: words(error) };
  }
}

/** Tells the group that the instance is unhealthy, so that it is replaced; also within the grace period. */
export async function markUnhealthy(
  api: AutoScalingApi,
  instanceId: string,
  signal?: AbortSignal,
): Promise<CommandResult> {
  const input = { InstanceId: instanceId, HealthStatus: 'Unhealthy', ShouldRespectGracePeriod: false };
  try {
    await api.call(
      'SetInstanceHealth',
      (client, sdk, http) => client.send(new sdk.SetInstanceHealthCommand(input), http),
      { signal },
    );
    return { type: 'health.set' };
  } catch (error) {
    return { type: 'health.failed', message: words(error) };
  }
}

/** What AWS said, for a result event; anything but a failed call is not ours to report and is thrown on. */
export function words(error: unknown): string {
  if (error instanceof AwsCallError) return error.message;
  throw error;
}
