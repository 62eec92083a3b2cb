import { ownEntry } from '../own-entry.ts';
import type { XmlValue } from '../xml.ts';
import {
  describeActivity,
  describeGroup,
  describeHook,
  describeInstance,
  describePolicy,
} from './describe.ts';
import type { ScalingGroup } from './group.ts';
import { AwsFault } from './model.ts';

/** The parameters of one call, flat as the Query protocol sends them. */
export type QueryParams = URLSearchParams;

/** One operation: what it answers as `<Op>Result`; null: no Result element. */
type Operation = (group: ScalingGroup, params: QueryParams) => XmlValue;

/** `Name.member.1`, `Name.member.2`, … */
export function listOf(params: QueryParams, name: string): string[] {
  const list: string[] = [];
  for (let index = 1; params.has(`${name}.member.${index}`); index += 1) {
    list.push(params.get(`${name}.member.${index}`) ?? '');
  }
  return list;
}

/** Whether a thing is among those asked for; without a list all are. */
function named(params: QueryParams, list: string): (name: string) => boolean {
  const names = listOf(params, list);
  return (name) => names.length === 0 || names.includes(name);
}

const text = (params: QueryParams, name: string): string => {
  const value = params.get(name);
  if (value === null || value === '') throw new AwsFault('ValidationError', `${name} is required`);
  return value;
};

const flag = (params: QueryParams, name: string) => params.get(name) === 'true';

function number(params: QueryParams, name: string): number {
  const value = text(params, name);
  if (/^-?\d{1,9}$/.test(value)) return Number(value);
  throw new AwsFault('ValidationError', `${value} is not a valid value for ${name}: it must be an integer`);
}

const optionalNumber = (params: QueryParams, name: string) =>
  params.has(name) ? number(params, name) : undefined;

/** One page of a list, and the token of the next one where there is more. */
function paged<T>(params: QueryParams, all: readonly T[], most = 100) {
  const start = params.has('NextToken') ? number(params, 'NextToken') : 0;
  const end = start + Math.min(most, optionalNumber(params, 'MaxRecords') ?? most);
  return { page: all.slice(start, end), more: end < all.length ? { NextToken: String(end) } : {} };
}

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
  for (const id of listOf(params, 'InstanceIds')) {
    group.move(id, state, flag(params, 'ShouldDecrementDesiredCapacity'));
  }
  return { Activities: [] };
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

export const isMutating = (operation: string): boolean => Object.hasOwn(changes, operation);

/** Carries out one Auto Scaling operation. Throws AwsFault in AWS's words. */
export function autoScalingOperation(group: ScalingGroup, name: string, params: QueryParams): XmlValue {
  const operation = ownEntry(reads, name) ?? ownEntry(changes, name);
  if (operation === undefined) {
    throw new AwsFault('InvalidAction', `The action ${name} is not valid for this web service.`);
  }
  return operation(group, params);
}
