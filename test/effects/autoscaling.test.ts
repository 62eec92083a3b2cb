import { afterEach, describe, expect, test } from 'vitest';
import {
  completeLifecycleAction,
  markUnhealthy,
  recordHeartbeat,
  setProtection,
} from '../../src/effects/autoscaling.ts';
import { terminateInstance } from '../../src/effects/terminate-instance.ts';
import { clockOffsetNow, createTimeline } from '../../src/engine/timeline.ts';
import {
  type Answer,
  instanceXml,
  members,
  noInstanceXml,
  type QueryServer,
  startQueryServer,
} from '../support/aws-query.ts';

const action = {
  transition: 'terminating',
  groupName: 'fleet',
  hookName: 'down',
  instanceId: 'i-1',
} as const;
const gone = { code: 'ValidationError', message: 'No active Lifecycle Action found with instance ID i-1' };
const throttled = { code: 'Throttling', message: 'Rate exceeded' };
const contention = { code: 'ResourceContention', message: 'busy', status: 500 };

let server: QueryServer;
afterEach(() => server.close());

/** Gives the answers in turn, and the last one from then on. */
function inTurn(...answers: Answer[]): () => Answer {
  let next = 0;
  return () => answers[Math.min(next++, answers.length - 1)] ?? '';
}
const callsOf = (name: string) => server.calls.filter((call) => call.action === name);

describe('completing a lifecycle action', () => {
  const complete = () => completeLifecycleAction(server.api, action, 'CONTINUE', {});

  test('names the hook, the group, the instance and the result', async () => {
    server = await startQueryServer({ CompleteLifecycleAction: () => '' });
    expect(await complete()).toEqual({
      type: 'lifecycleAction.completed',
      transition: 'terminating',
      outcome: 'completed',
    });
    expect(Object.fromEntries(callsOf('CompleteLifecycleAction')[0]?.params ?? [])).toMatchObject({
      LifecycleHookName: 'down',
      AutoScalingGroupName: 'fleet',
      InstanceId: 'i-1',
      LifecycleActionResult: 'CONTINUE',
    });
  });

  test('that is gone is done', async () => {
    server = await startQueryServer({ CompleteLifecycleAction: () => gone });
    expect(await complete()).toMatchObject({ type: 'lifecycleAction.completed', outcome: 'gone' });
    expect(server.calls).toHaveLength(1);
  });

  test('goes on through throttling and contention', async () => {
    server = await startQueryServer({ CompleteLifecycleAction: inTurn(throttled, contention, '') });
    expect(await complete()).toMatchObject({ outcome: 'completed' });
  });

  test('finds the hook under its new name', async () => {
    const hook =
      '<LifecycleHookName>renamed</LifecycleHookName><LifecycleTransition>autoscaling:EC2_INSTANCE_TERMINATING</LifecycleTransition>';
    server = await startQueryServer({
      CompleteLifecycleAction: (params) =>
        params.get('LifecycleHookName') === 'renamed'
          ? ''
          : { code: 'ValidationError', message: 'Lifecycle hook not found' },
      DescribeLifecycleHooks: () => `<LifecycleHooks>${members(hook)}</LifecycleHooks>`,
    });
    expect(await complete()).toMatchObject({ outcome: 'completed' });
  });

  test('fails in words when AWS refuses', async () => {
    server = await startQueryServer({
      CompleteLifecycleAction: () => ({ code: 'AccessDenied', message: 'not you', status: 403 }),
    });
    expect(await complete()).toMatchObject({
      type: 'lifecycleAction.failed',
      message: expect.stringContaining('AccessDenied: not you'),
    });
    expect(server.calls).toHaveLength(1);
  });
});

describe('a heartbeat', () => {
  test.each<[string, Answer, string]>([
    ['is recorded', '', 'heartbeat.recorded'],
    ['is refused when the action is gone', gone, 'heartbeat.refused'],
    ['fails when AWS is silent', 'drop', 'heartbeat.failed'],
  ])('%s', async (_, answer, type) => {
    server = await startQueryServer({ RecordLifecycleActionHeartbeat: () => answer });
    expect(await recordHeartbeat(server.api, action)).toMatchObject({ type, transition: 'terminating' });
  });
});

test('protection and health are set for this instance', async () => {
  server = await startQueryServer({ SetInstanceProtection: () => '', SetInstanceHealth: () => '' });
  expect(await setProtection(server.api, { groupName: 'fleet', instanceId: 'i-1' }, true)).toEqual({
    type: 'protection.set',
    protected: true,
  });
  expect(await markUnhealthy(server.api, 'i-1')).toEqual({ type: 'health.set' });
  expect(server.calls[1]?.params.get('HealthStatus')).toBe('Unhealthy');
});

describe('asking for termination', () => {
  const TERMINATE = 'TerminateInstanceInAutoScalingGroup';
  const terminate = (decrement = true) =>
    terminateInstance(
      { api: server.api, clock: createTimeline(clockOffsetNow()), random: () => 0 },
      'i-1',
      decrement,
    );

  test('lowers desired capacity with it', async () => {
    server = await startQueryServer({
      DescribeAutoScalingInstances: () => instanceXml('i-1', 'InService'),
      [TERMINATE]: () => '',
    });
    expect(await terminate()).toEqual({ type: 'termination.accepted' });
    expect(callsOf(TERMINATE)[0]?.params.get('ShouldDecrementDesiredCapacity')).toBe('true');
  });

  test.each(['Terminating', 'Terminating:Wait', 'Warmed:Terminating:Wait'])(
    'is not needed in %s',
    async (state) => {
      server = await startQueryServer({ DescribeAutoScalingInstances: () => instanceXml('i-1', state) });
      expect(await terminate()).toEqual({ type: 'termination.accepted' });
      expect(callsOf(TERMINATE)).toHaveLength(0);
    },
  );

  test('is not needed once the group no longer knows the instance', async () => {
    server = await startQueryServer({ DescribeAutoScalingInstances: () => noInstanceXml });
    expect(await terminate()).toEqual({ type: 'termination.accepted' });
  });

  test('is sent once when its answer is lost after it took effect', async () => {
    let terminating = false;
    server = await startQueryServer({
      DescribeAutoScalingInstances: () => instanceXml('i-1', terminating ? 'Terminating:Wait' : 'InService'),
      [TERMINATE]: () => {
        terminating = true;
        return 'drop';
      },
    });
    expect(await terminate()).toEqual({ type: 'termination.accepted' });
    expect(callsOf(TERMINATE)).toHaveLength(1);
  });

  test('is sent once when the effect shows late', async () => {
    server = await startQueryServer({
      DescribeAutoScalingInstances: inTurn(
        instanceXml('i-1', 'InService'),
        instanceXml('i-1', 'InService'),
        instanceXml('i-1', 'Terminating'),
      ),
      [TERMINATE]: () => ({ code: 'InternalFailure', message: 'x', status: 500 }),
    });
    expect(await terminate()).toEqual({ type: 'termination.accepted' });
    expect(callsOf(TERMINATE)).toHaveLength(1);
  });

  test('is tried again after throttling and while another activity goes on', async () => {
    server = await startQueryServer({
      DescribeAutoScalingInstances: () => instanceXml('i-1', 'InService'),
      [TERMINATE]: inTurn(throttled, { code: 'ScalingActivityInProgress', message: 'wait' }, ''),
    });
    expect(await terminate()).toEqual({ type: 'termination.accepted' });
    expect(callsOf(TERMINATE)).toHaveLength(3);
  });

  test('is refused for good at the minimum', async () => {
    server = await startQueryServer({
      DescribeAutoScalingInstances: () => instanceXml('i-1', 'InService'),
      [TERMINATE]: () => ({ code: 'ValidationError', message: 'Currently, desiredSize equals minSize (1).' }),
    });
    expect(await terminate()).toMatchObject({
      type: 'termination.refused',
      message: expect.stringContaining('minSize (1)'),
    });
    expect(callsOf(TERMINATE)).toHaveLength(1);
  });
});
