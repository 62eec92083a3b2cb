import pino from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { clockOffsetNow, createTimeline } from '../../src/engine/timeline.ts';
import type { LifecycleInput } from '../../src/lifecycle/events.ts';
import { createGroupReader } from '../../src/sources/group-reader.ts';
import { startGroupState } from '../../src/sources/group-state.ts';
import {
  instanceXml,
  members,
  noInstanceXml,
  type QueryServer,
  startQueryServer,
} from '../support/aws-query.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const hookXml = (name: string, transition: string) =>
  `<LifecycleHookName>${name}</LifecycleHookName><LifecycleTransition>autoscaling:EC2_INSTANCE_${transition}</LifecycleTransition><HeartbeatTimeout>300</HeartbeatTimeout><DefaultResult>ABANDON</DefaultResult>`;
const memberXml = (id: string, state: string) =>
  `<InstanceId>${id}</InstanceId><LifecycleState>${state}</LifecycleState><ProtectedFromScaleIn>${id === 'i-1'}</ProtectedFromScaleIn>`;
const groupXml = (desired: number, ...instances: [string, string][]) =>
  `<AutoScalingGroups>${members(
    `<AutoScalingGroupName>fleet</AutoScalingGroupName><MinSize>1</MinSize><MaxSize>5</MaxSize><DesiredCapacity>${desired}</DesiredCapacity>` +
      `<Instances>${members(...instances.map(([id, state]) => memberXml(id, state)))}</Instances>` +
      `<SuspendedProcesses>${members('<ProcessName>Launch</ProcessName>')}</SuspendedProcesses>`,
  )}</AutoScalingGroups>`;

let server: QueryServer;
afterEach(() => server.close());

const describeFleet = (desired: number) => ({
  DescribeAutoScalingInstances: () => instanceXml('i-1', 'InService'),
  DescribeAutoScalingGroups: () =>
    groupXml(
      desired,
      ['i-1', 'InService'],
      ['i-2', 'Pending:Wait'],
      ['i-3', 'Terminating:Wait'],
      ['i-4', 'Standby'],
      ['i-5', 'Warmed:Stopped'],
    ),
  DescribeLifecycleHooks: () =>
    `<LifecycleHooks>${members(hookXml('up', 'LAUNCHING'), hookXml('down', 'TERMINATING'))}</LifecycleHooks>`,
});

describe('the view of the group', () => {
  test('counts what counts towards desired capacity, and knows our hooks', async () => {
    server = await startQueryServer(describeFleet(2));
    const reader = createGroupReader({
      api: server.api,
      clock: createVirtualClock(),
      instanceId: 'i-1',
      hookNames: {},
    });
    expect(await reader.read()).toEqual({
      groupName: 'fleet',
      lifecycleState: 'InService',
      launchHook: { name: 'up', heartbeatTimeout: 300_000, defaultResult: 'ABANDON' },
      terminateHook: { name: 'down', heartbeatTimeout: 300_000, defaultResult: 'ABANDON' },
      minSize: 1,
      maxSize: 5,
      desiredCapacity: 2,
      activeInstances: 2,
      pendingInstances: 1,
      scaleInProtected: true,
      launchSuspended: true,
      terminateSuspended: false,
      launchFailure: null,
    });
  });

  test('is null for an instance of no group', async () => {
    server = await startQueryServer({ DescribeAutoScalingInstances: () => noInstanceXml });
    const reader = createGroupReader({
      api: server.api,
      clock: createVirtualClock(),
      instanceId: 'i-1',
      hookNames: {},
    });
    expect(await reader.read()).toBeNull();
  });

  test('tells why the newest launch failed, when instances are missing', async () => {
    const activity = (description: string, status: string, start: string, message = '') =>
      `<ActivityId>a</ActivityId><Description>${description}</Description><StartTime>${start}</StartTime><StatusCode>${status}</StatusCode><StatusMessage>${message}</StatusMessage>`;
    server = await startQueryServer({
      ...describeFleet(3),
      DescribeScalingActivities: () =>
        `<Activities>${members(
          activity('Launching a new EC2 instance: i-9', 'Successful', '2026-01-01T00:00:00Z'),
          activity('Launching a new EC2 instance', 'Failed', '2026-01-02T00:00:00Z', 'no capacity'),
          activity('Terminating EC2 instance: i-3', 'Successful', '2026-01-03T00:00:00Z'),
        )}</Activities>`,
    });
    const reader = createGroupReader({
      api: server.api,
      clock: createVirtualClock(),
      instanceId: 'i-1',
      hookNames: {},
    });
    expect((await reader.read())?.launchFailure).toBe('no capacity');
  });

  test('reads the hooks once a minute, or when told to', async () => {
    server = await startQueryServer(describeFleet(2));
    const clock = createVirtualClock();
    const reader = createGroupReader({ api: server.api, clock, instanceId: 'i-1', hookNames: {} });
    const reads = () => server.calls.filter((call) => call.action === 'DescribeLifecycleHooks').length;
    await reader.read();
    await reader.read();
    expect(reads()).toBe(1);
    await clock.advance(61_000);
    await reader.read();
    reader.forgetHooks();
    await reader.read();
    expect(reads()).toBe(3);
  });

  test('takes the configured hook among several, and none when none is named', async () => {
    server = await startQueryServer({
      ...describeFleet(2),
      DescribeLifecycleHooks: () =>
        `<LifecycleHooks>${members(hookXml('a', 'LAUNCHING'), hookXml('b', 'LAUNCHING'))}</LifecycleHooks>`,
    });
    const read = (hookNames: { launching?: string }) =>
      createGroupReader({
        api: server.api,
        clock: createVirtualClock(),
        instanceId: 'i-1',
        hookNames,
      }).read();
    expect((await read({ launching: 'b' }))?.launchHook?.name).toBe('b');
    expect((await read({}))?.launchHook).toBeNull();
  });
});

test('a silent API is reported with how long it has been silent', async () => {
  server = await startQueryServer({ DescribeAutoScalingInstances: () => 'drop' });
  const clock = createTimeline(clockOffsetNow());
  const seen: LifecycleInput[] = [];
  const reader = createGroupReader({ api: server.api, clock, instanceId: 'i-1', hookNames: {} });
  const emit = (input: LifecycleInput) => void seen.push(input);
  const source = startGroupState({ reader, clock, interval: 60_000, emit, log: pino({ enabled: false }) });
  await expect.poll(() => seen.length, { timeout: 5_000 }).toBe(1);
  expect(seen[0]).toMatchObject({ type: 'group.unreachable', forMs: expect.any(Number) });
  server.answers.DescribeAutoScalingInstances = () => noInstanceXml;
  await source.poll();
  expect(seen.at(-1)).toEqual({ type: 'group.observed', group: null });
  await source.stop();
});
