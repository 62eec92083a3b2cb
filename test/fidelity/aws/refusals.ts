import type { Sandbox, SandboxOptions } from '../../../src/sandbox/sandbox.ts';
import type { Call } from './answers.ts';
import { GROUP } from './worlds.ts';

/** A call that the sandbox refuses, and in which words. */
export interface Refusal extends Omit<Call, 'params'> {
  about: string;
  /** Code and HTTP status. */
  refused: [string, number];
  /** The group's own, beside that of worlds.ts. */
  group?: Partial<SandboxOptions['group']>;
  /** What has happened before. */
  before?(sandbox: Sandbox, id: string): void;
  params(id: string): Record<string, unknown>;
}

const ours = { AutoScalingGroupName: GROUP };
const INVALID: [string, number] = ['ValidationError', 400];
const AT_MINIMUM = { minSize: 1 };
const HOOK = { name: 'leaving', heartbeatTimeout: 60, defaultResult: 'CONTINUE' as const };

const scaling = (
  operation: string,
  about: string,
  refusal: Omit<Refusal, 'service' | 'operation' | 'about'>,
): Refusal => ({
  service: 'autoscaling',
  operation,
  about,
  ...refusal,
});

const fault = (service: Refusal['service'], operation: string, refused: [string, number]): Refusal => ({
  service,
  operation,
  about: refused[0],
  refused,
  before: ({ faults }) =>
    void faults.add({
      service,
      operation,
      kind: refused[1] === 500 ? 'error' : 'throttle',
      ...(refused[1] === 500 && { code: refused[0] }),
    }),
  params: (id) =>
    ({
      autoscaling: { ...ours, DesiredCapacity: 1 },
      ec2: { InstanceIds: [id] },
      ssm: { Name: '/x' },
      secretsmanager: { SecretId: 'x' },
    })[service],
});

/** What steps.ts does not come to. */
export const refusals: readonly Refusal[] = [
  scaling('SetDesiredCapacity', 'above the maximum', {
    refused: INVALID,
    params: () => ({ ...ours, DesiredCapacity: 9 }),
  }),
  scaling('SetDesiredCapacity', 'below the minimum', {
    refused: INVALID,
    group: AT_MINIMUM,
    params: () => ({ ...ours, DesiredCapacity: 0 }),
  }),
  scaling('SetDesiredCapacity', 'to nothing', { refused: INVALID, params: () => ours }),
  scaling('TerminateInstanceInAutoScalingGroup', 'at the minimum', {
    refused: INVALID,
    group: AT_MINIMUM,
    params: (id) => ({ InstanceId: id, ShouldDecrementDesiredCapacity: true }),
  }),
  scaling('TerminateInstanceInAutoScalingGroup', 'a second time', {
    refused: ['ScalingActivityInProgress', 400],
    group: { terminateHook: HOOK },
    before: ({ autoscaling }, id) => void autoscaling.terminate(id, true),
    params: (id) => ({ InstanceId: id, ShouldDecrementDesiredCapacity: false }),
  }),
  scaling('EnterStandby', 'at the minimum', {
    refused: INVALID,
    group: AT_MINIMUM,
    params: (id) => ({ ...ours, InstanceIds: [id], ShouldDecrementDesiredCapacity: true }),
  }),
  scaling('EnterStandby', 'a second time', {
    refused: INVALID,
    before: ({ autoscaling }, id) => void autoscaling.move(id, 'Standby', true),
    params: (id) => ({ ...ours, InstanceIds: [id], ShouldDecrementDesiredCapacity: false }),
  }),
  scaling('ExitStandby', 'of one in service', {
    refused: INVALID,
    params: (id) => ({ ...ours, InstanceIds: [id] }),
  }),
  scaling('DetachInstances', 'of one in standby', {
    refused: INVALID,
    before: ({ autoscaling }, id) => void autoscaling.move(id, 'Standby', true),
    params: (id) => ({ ...ours, InstanceIds: [id], ShouldDecrementDesiredCapacity: false }),
  }),
  scaling('SetInstanceProtection', 'of one that is leaving', {
    refused: INVALID,
    group: { terminateHook: HOOK },
    before: ({ autoscaling }, id) => void autoscaling.terminate(id, true),
    params: (id) => ({ ...ours, InstanceIds: [id], ProtectedFromScaleIn: true }),
  }),
  scaling('SetInstanceHealth', 'in a word that is none', {
    refused: INVALID,
    params: (id) => ({ InstanceId: id, HealthStatus: 'poorly' }),
  }),
  scaling('CompleteLifecycleAction', 'with a result that is none', {
    refused: INVALID,
    params: (id) => ({
      ...ours,
      LifecycleHookName: 'leaving',
      InstanceId: id,
      LifecycleActionResult: 'MAYBE',
    }),
  }),
  scaling('CompleteLifecycleAction', 'with the token of no action', {
    refused: INVALID,
    params: () => ({
      ...ours,
      LifecycleHookName: 'leaving',
      LifecycleActionToken: '00000000-0000-4000-8000-000000000000',
      LifecycleActionResult: 'CONTINUE',
    }),
  }),
  scaling('RecordLifecycleActionHeartbeat', 'with the token of no action', {
    refused: INVALID,
    params: () => ({
      ...ours,
      LifecycleHookName: 'leaving',
      LifecycleActionToken: '00000000-0000-4000-8000-000000000000',
    }),
  }),
  scaling('StartInstanceRefresh', 'beside another', {
    refused: ['InstanceRefreshInProgress', 400],
    before: ({ autoscaling }) =>
      void autoscaling.refreshes.start({ scaleInProtected: 'Wait', standby: 'Wait' }),
    params: () => ours,
  }),
  scaling('StartInstanceRefresh', 'with a preference that is none', {
    refused: INVALID,
    params: () => ({ ...ours, Preferences: { StandbyInstances: 'Perhaps' } }),
  }),
  scaling('CancelInstanceRefresh', 'of none', {
    refused: ['ActiveInstanceRefreshNotFound', 400],
    params: () => ours,
  }),
  scaling('PutWarmPool', 'in a state that is none', {
    refused: INVALID,
    params: () => ({ ...ours, PoolState: 'Asleep' }),
  }),
  fault('autoscaling', 'SetDesiredCapacity', ['Throttling', 400]),
  fault('autoscaling', 'SetDesiredCapacity', ['ResourceContention', 500]),
  fault('ec2', 'DescribeInstances', ['RequestLimitExceeded', 503]),
  fault('ssm', 'GetParameter', ['ThrottlingException', 400]),
  fault('secretsmanager', 'GetSecretValue', ['ThrottlingException', 400]),
];

/** Operations that the sandbox does not have. */
export const unknown: readonly Refusal[] = [
  scaling('DescribeTags', 'is none of the sandbox', { refused: ['InvalidAction', 400], params: () => ({}) }),
  {
    service: 'ec2',
    operation: 'DescribeVpcs',
    about: 'is none of the sandbox',
    refused: ['InvalidAction', 400],
    params: () => ({}),
  },
  {
    service: 'ssm',
    operation: 'GetParametersByPath',
    about: 'is none of the sandbox',
    refused: ['UnknownOperationException', 400],
    params: () => ({ Path: '/' }),
  },
];
