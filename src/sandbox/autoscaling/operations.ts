import { ownEntry } from '../own-entry.ts';
import type { XmlValue } from '../xml.ts';
import {
  describeActivity,
  describeGroup,
  describeHook,
  describeInstance,
  describePolicy,
  describeWarmPool,
} from './describe.ts';
import type { ScalingGroup } from './group.ts';
import { AwsFault } from './model.ts';
import { flag, listOf, named, number, optionalNumber, paged, type QueryParams, text } from './params.ts';
import { cancelRefresh, describeRefreshes, startRefresh } from './refresh-operations.ts';
import { warmPoolOf } from './warm-pool-params.ts';

/** One operation: what it answers as `<Op>Result`; null: no Result element. */
type Operation = (group: ScalingGroup, params: QueryParams) => XmlValue;

function ours(group: ScalingGroup, params: QueryParams): void {
  const name = text(params, 'AutoScalingGroupName');
  if (name !== group.name) {
    throw new AwsFault(
      'ValidationError',
      `AutoScalingGroup name not found - AutoScalingGroup: ${name} not found`,
    );
  }
}

const reads: Record<string, Operation> = {
  DescribeAutoScalingGroups: (group, params) => {
    const names = listOf(params, 'AutoScalingGroupNames');
    return {
      AutoScalingGroups: names.length === 0 || names.includes(group.name) ? [describeGroup(group)] : [],
    };
  },
  DescribeAutoScalingInstances: (group, params) => {
    const wanted = named(params, 'InstanceIds');
    const all = [...group.instances.values()].filter(({ id }) => wanted(id));
    const { page, more } = paged(params, all, 50);
    return { AutoScalingInstances: page.map((instance) => describeInstance(group, instance)), ...more };
  },
  DescribeLifecycleHooks: (group, params) => {
    ours(group, params);
    const wanted = named(params, 'LifecycleHookNames');
    const hooks = group.hooks.filter(({ name }) => wanted(name));
    return { LifecycleHooks: hooks.map((hook) => describeHook(group, hook)) };
  },
  DescribeScalingActivities: (group, params) => {
    if (params.has('AutoScalingGroupName')) ours(group, params);
    const { page, more } = paged(params, group.activities);
    return { Activities: page.map((activity) => describeActivity(group, activity)), ...more };
  },
  DescribeInstanceRefreshes: (group, params) => {
    ours(group, params);
    return describeRefreshes(group);
  },
  DescribeWarmPool: (group, params) => {
    ours(group, params);
    return describeWarmPool(group);
  },
  DescribePolicies: (group, params) => {
    if (params.has('AutoScalingGroupName')) ours(group, params);
    const wanted = named(params, 'PolicyNames');
    const policies = Object.entries(group.policies).filter(([name]) => wanted(name));
    return { ScalingPolicies: policies.map(([name, adjustment]) => describePolicy(group, name, adjustment)) };
  },
};
const changes: Record<string, Operation> = {
  SetDesiredCapacity: (group, params) => {
    ours(group, params);
    group.setDesired(number(params, 'DesiredCapacity'));
    return null;
  },
  UpdateAutoScalingGroup: (group, params) => {
    ours(group, params);
    group.update({
      minSize: optionalNumber(params, 'MinSize'),
      maxSize: optionalNumber(params, 'MaxSize'),
      desiredCapacity: optionalNumber(params, 'DesiredCapacity'),
    });
    return null;
  },
  ExecutePolicy: (group, params) => {
    if (params.has('AutoScalingGroupName')) ours(group, params);
    const adjustment = ownEntry(group.policies, text(params, 'PolicyName'));
    if (adjustment === undefined) throw new AwsFault('ValidationError', 'PolicyName not found');
    const wanted = group.desiredCapacity + adjustment;
    group.setDesired(Math.min(group.maxSize, Math.max(group.minSize, wanted)));
    return null;
  },
  TerminateInstanceInAutoScalingGroup: (group, params) => {
    const activity = group.terminate(
      text(params, 'InstanceId'),
      flag(params, 'ShouldDecrementDesiredCapacity'),
    );
    return { Activity: describeActivity(group, activity) };
  },
  CompleteLifecycleAction: (group, params) => {
    ours(group, params);
    const result = text(params, 'LifecycleActionResult');
    if (result !== 'CONTINUE' && result !== 'ABANDON') {
      throw new AwsFault('ValidationError', 'LifecycleActionResult must be CONTINUE or ABANDON');
    }
    group.complete(instanceOf(group, params), text(params, 'LifecycleHookName'), result);
    return {};
  },
  RecordLifecycleActionHeartbeat: (group, params) => {
    ours(group, params);
    group.heartbeat(instanceOf(group, params), text(params, 'LifecycleHookName'));
    return {};
  },
  SetInstanceProtection: (group, params) => {
    ours(group, params);
    for (const id of listOf(params, 'InstanceIds'))
      group.setProtection(id, flag(params, 'ProtectedFromScaleIn'));
    return {};
  },
  SetInstanceHealth: (group, params) => {
    const status = text(params, 'HealthStatus');
    if (status !== 'Healthy' && status !== 'Unhealthy') {
      throw new AwsFault('ValidationError', `${status} is not a valid value for HealthStatus`);
    }
    group.setHealth(text(params, 'InstanceId'), status);
    return null;
  },
  EnterStandby: (group, params) => move(group, params, 'Standby'),
  ExitStandby: (group, params) => move(group, params, 'InService'),
  DetachInstances: (group, params) => move(group, params, 'Detached'),
  StartInstanceRefresh: (group, params) => {
    ours(group, params);
    return startRefresh(group, params);
  },
  CancelInstanceRefresh: (group, params) => {
    ours(group, params);
    return cancelRefresh(group);
  },
  PutWarmPool: (group, params) => {
    ours(group, params);
    group.warmPool.put(warmPoolOf(params));
    return {};
  },
  DeleteWarmPool: (group, params) => {
    ours(group, params);
    group.warmPool.delete();
    return {};
  },
  SuspendProcesses: (group, params) => {
    ours(group, params);
    for (const name of listOf(params, 'ScalingProcesses')) group.suspended.add(name);
    return null;
  },
  ResumeProcesses: (group, params) => {
    ours(group, params);
    for (const name of listOf(params, 'ScalingProcesses')) group.suspended.delete(name);
    group.reconcile();
    return null;
  },
};

function move(
  group: ScalingGroup,
  params: QueryParams,
  state: 'Standby' | 'InService' | 'Detached',
): XmlValue {
  ours(group, params);
  const decrement = flag(params, 'ShouldDecrementDesiredCapacity');
  const activities = listOf(params, 'InstanceIds').map((id) => group.move(id, state, decrement));
  return { Activities: activities.map((activity) => describeActivity(group, activity)) };
}

/** An action is named by its token or by its instance. */
function instanceOf(group: ScalingGroup, params: QueryParams): string {
  const id = params.get('InstanceId');
  if (id !== null) return id;
  const token = text(params, 'LifecycleActionToken');
  for (const instance of group.instances.values()) {
    for (const action of instance.actions.values()) if (action.token === token) return instance.id;
  }
  throw new AwsFault('ValidationError', `No active Lifecycle Action found with token ${token}`);
}

/** The name of every operation that the sandbox's Auto Scaling has. */
export const autoScalingOperations: readonly string[] = [...Object.keys(reads), ...Object.keys(changes)];

export const isMutating = (operation: string): boolean => Object.hasOwn(changes, operation);

/** Carries out one Auto Scaling operation. Throws AwsFault in AWS's words. */
export function autoScalingOperation(group: ScalingGroup, name: string, params: QueryParams): XmlValue {
  const operation = ownEntry(reads, name) ?? ownEntry(changes, name);
  if (operation === undefined) {
    throw new AwsFault('InvalidAction', `The action ${name} is not valid for this web service.`);
  }
  return operation(group, params);
}
