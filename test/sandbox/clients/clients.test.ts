import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingInstancesCommand,
  paginateDescribeAutoScalingGroups,
  paginateDescribeScalingActivities,
  RecordLifecycleActionHeartbeatCommand,
  SetDesiredCapacityCommand,
  SetInstanceHealthCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bareHost } from '../../../src/sandbox/host.ts';
import { type RunningInstance, type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { pythonOfAnsible } from './python-of-ansible.ts';

let dir: string;
let sandbox: Sandbox;
let instance: RunningInstance;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-clients-'));
  sandbox = await startSandbox({
    dir,
    host: bareHost,
    group: {
      name: 'runners & "co" <é>',
      minSize: 0,
      maxSize: 3,
      desiredCapacity: 1,
      policies: { 'add-one': 1 },
      launchHook: { name: 'launching', heartbeatTimeout: 60, defaultResult: 'ABANDON' },
      terminateHook: { name: 'terminating', heartbeatTimeout: 60, defaultResult: 'CONTINUE' },
    },
  });
  await expect.poll(() => sandbox.instances.size).toBe(1);
  [instance] = [...sandbox.instances.values()] as [RunningInstance];
});
afterEach(async () => {
  await sandbox.close();
  rmSync(dir, { recursive: true });
});

const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };

describe('boto3', () => {
  test('walks through groups, hooks, instances and activities, and understands every refusal', async () => {
    const { name } = sandbox.autoscaling;
    const script = join(import.meta.dirname, 'boto3_client.py');
    const { stdout } = await execa(await pythonOfAnsible(), [script, sandbox.awsUrl, name, instance.id], {
      env: { AWS_ACCESS_KEY_ID: 'sandbox', AWS_SECRET_ACCESS_KEY: 'sandbox' },
    });
    const told = JSON.parse(stdout);
    expect(told.group).toMatchObject({
      AutoScalingGroupName: name,
      MinSize: 0,
      MaxSize: 3,
      DesiredCapacity: 1,
      Instances: [{ InstanceId: instance.id, LifecycleState: 'Pending:Wait', HealthStatus: 'Healthy' }],
    });
    expect(told.hooks).toMatchObject([
      { LifecycleHookName: 'launching', LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING' },
      { LifecycleHookName: 'terminating', GlobalTimeout: 6_000, DefaultResult: 'CONTINUE' },
    ]);
    expect(told.instance).toMatchObject([{ LifecycleState: 'Pending:Wait', AutoScalingGroupName: name }]);
    expect(told.unknown).toEqual([]);
    expect(told.ec2).toMatchObject({ InstanceId: instance.id, State: { Name: 'running' } });
    expect(told.noSuchInstance[0]).toBe('InvalidInstanceID.NotFound');
    expect(told.completedTwice).toEqual([
      'ValidationError',
      `No active Lifecycle Action found with instance ID ${instance.id}`,
    ]);
    expect(told.tooMany[1]).toContain('is above max value 3');
    expect(told.noSuchGroup[1]).toContain('not found');
    expect(told.after).toMatchObject({
      DesiredCapacity: 2,
      SuspendedProcesses: [{ ProcessName: 'Launch' }],
    });
    const states = told.after.Instances.map((one: { LifecycleState: string }) => one.LifecycleState).sort();
    expect(states).toEqual(['InService', 'Pending:Wait']);
    expect(told.activities).toHaveLength(2);
    expect(told.activities[0]).toMatchObject({ StatusCode: 'Successful', Progress: 100 });
    expect(told.policies).toMatchObject([{ PolicyName: 'add-one', ScalingAdjustment: 1 }]);
    expect(told.terminated.Description).toContain(instance.id);
    expect(sandbox.autoscaling.desiredCapacity).toBe(1);
  }, 60_000);
});

describe('the AWS SDK for JavaScript', () => {
  const clients = () => {
    const settings = { endpoint: sandbox.awsUrl, region: 'us-east-1', credentials, maxAttempts: 1 };
    return { scaling: new AutoScalingClient(settings), ec2: new EC2Client(settings) };
  };
  test('walks an instance from its launch hook to its end, and understands every refusal', async () => {
    const { name } = sandbox.autoscaling;
    const { scaling, ec2 } = clients();
    const groups = [];
    for await (const page of paginateDescribeAutoScalingGroups({ client: scaling }, {})) {
      groups.push(...(page.AutoScalingGroups ?? []));
    }
    expect(groups).toMatchObject([{ AutoScalingGroupName: name, DesiredCapacity: 1, Tags: [] }]);
    expect(groups[0]?.CreatedTime).toBeInstanceOf(Date);

    const action = { AutoScalingGroupName: name, LifecycleHookName: 'launching', InstanceId: instance.id };
    await scaling.send(new RecordLifecycleActionHeartbeatCommand(action));
    const answer = new CompleteLifecycleActionCommand({ ...action, LifecycleActionResult: 'CONTINUE' });
    await scaling.send(answer);
    await expect(scaling.send(answer)).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('No active Lifecycle Action found'),
      $metadata: { httpStatusCode: 400 },
    });
    const look = async () =>
      (await scaling.send(new DescribeAutoScalingInstancesCommand({ InstanceIds: [instance.id] })))
        .AutoScalingInstances?.[0]?.LifecycleState;
    expect(await look()).toBe('InService');
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instance.id] }));
    expect(Reservations?.[0]?.Instances?.[0]).toMatchObject({ InstanceId: instance.id });

    for (const wanted of [4, Number.NaN]) {
      const call = new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: wanted });
      await expect(scaling.send(call)).rejects.toMatchObject({ name: 'ValidationError' });
    }
    const health = (HealthStatus: string) =>
      scaling.send(new SetInstanceHealthCommand({ InstanceId: instance.id, HealthStatus }));
    await expect(health('poorly')).rejects.toMatchObject({ name: 'ValidationError' });
    await scaling.send(
      new TerminateInstanceInAutoScalingGroupCommand({
        InstanceId: instance.id,
        ShouldDecrementDesiredCapacity: true,
      }),
    );
    expect(await look()).toBe('Terminating:Wait');
    await scaling.send(
      new CompleteLifecycleActionCommand({
        ...action,
        LifecycleHookName: 'terminating',
        LifecycleActionResult: 'CONTINUE',
      }),
    );
    expect(await look()).toBeUndefined();
    const asked = new DescribeInstancesCommand({ InstanceIds: [instance.id] });
    const { Reservations: after } = await ec2.send(asked);
    expect(after?.[0]?.Instances?.[0]).toMatchObject({ State: { Code: 48, Name: 'terminated' } });
    sandbox.autoscaling.machines.delete(instance.id);
    await expect(ec2.send(asked)).rejects.toMatchObject({
      name: 'InvalidInstanceID.NotFound',
      message: `The instance ID '${instance.id}' does not exist`,
    });
  });

  test('walks through activities page by page', async () => {
    const { scaling } = clients();
    const activities: string[] = [];
    const pages = paginateDescribeScalingActivities(
      { client: scaling, pageSize: 1 },
      { AutoScalingGroupName: sandbox.autoscaling.name, IncludeDeletedGroups: true },
    );
    sandbox.autoscaling.setDesired(3);
    for await (const { Activities = [] } of pages) {
      expect(Activities).toHaveLength(1);
      activities.push(...Activities.map(({ Description = '' }) => Description));
    }
    expect(activities).toEqual([...sandbox.autoscaling.activities.map(({ description }) => description)]);
  });

  test('is told of EC2’s faults in EC2’s words', async () => {
    const { scaling, ec2 } = clients();
    sandbox.faults.add({ service: 'ec2', operation: '*', kind: 'throttle' });
    await expect(ec2.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
      name: 'RequestLimitExceeded',
      $metadata: { httpStatusCode: 503 },
    });
    const { AutoScalingInstances } = await scaling.send(new DescribeAutoScalingInstancesCommand({}));
    expect(AutoScalingInstances).toMatchObject([{ InstanceId: instance.id }]);
  });

  test.each([
    ['throttle', { name: 'Throttling' }],
    ['error', { name: 'InternalFailure' }],
  ] as const)('is told of a %s in AWS’s own form', async (kind, error) => {
    sandbox.faults.add({ service: 'autoscaling', operation: '*', kind });
    const scaling = new AutoScalingClient({
      endpoint: sandbox.awsUrl,
      region: 'us-east-1',
      credentials,
      maxAttempts: 1,
    });
    const call = scaling.send(new DescribeAutoScalingInstancesCommand({}));
    await expect(call).rejects.toMatchObject(error);
  });
});

describe('curl', () => {
  const curl = async (...args: string[]) => {
    const { stdout } = await execa('curl', ['-sS', '-w', '\n%{http_code}', ...args]);
    const end = stdout.lastIndexOf('\n');
    return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) };
  };
  const ttl = (seconds: string) => ['-H', `X-aws-ec2-metadata-token-ttl-seconds: ${seconds}`];
  const token = (url: string, seconds: string) =>
    curl('-X', 'PUT', ...ttl(seconds), `${url}/latest/api/token`);

  test('reads the metadata as the EC2 User Guide shows it: a session token first, nothing without one', async () => {
    const url = instance.metadataUrl;
    const { status, body } = await token(url, '21600');
    expect(status).toBe(200);
    const get = (path: string, secret = body) =>
      curl('-H', `X-aws-ec2-metadata-token: ${secret}`, `${url}/latest/${path}`);
    expect(await get('meta-data/instance-id')).toEqual({ status: 200, body: instance.id });
    expect(await get('meta-data/autoscaling/target-lifecycle-state')).toEqual({
      status: 200,
      body: 'InService',
    });
    expect(await get('meta-data/placement/region')).toEqual({ status: 200, body: 'us-east-1' });
    expect((await get('meta-data/spot/instance-action')).status).toBe(404);
    expect((await get('meta-data/events/recommendations/rebalance')).status).toBe(404);
    expect(await get('meta-data/events/maintenance/scheduled')).toEqual({ status: 200, body: '[]' });
    for (const odd of [
      'constructor',
      'meta-data/toString',
      'meta-data/tags/instance/constructor',
      '__proto__',
    ]) {
      expect((await get(odd)).status, odd).toBe(404);
    }
    sandbox.interrupt(instance.id, { inSeconds: 120, hook: 'never' });
    expect(JSON.parse((await get('meta-data/spot/instance-action')).body)).toEqual({
      action: 'terminate',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    const document = JSON.parse((await get('dynamic/instance-identity/document')).body);
    expect(document).toMatchObject({ instanceId: instance.id, region: 'us-east-1' });

    expect((await curl(`${url}/latest/meta-data/instance-id`)).status).toBe(401);
    expect((await get('meta-data/instance-id', 'made-up')).status).toBe(401);
    expect((await token(url, '0')).status).toBe(400);
    expect((await token(url, '21601')).status).toBe(400);
    const forwarded = ['-H', 'X-Forwarded-For: 10.0.0.1'];
    const refused = await curl('-X', 'PUT', ...forwarded, ...ttl('60'), `${url}/latest/api/token`);
    expect(refused.status).toBe(403);
  });

  test('finds nobody at the metadata address of an instance that is gone', async () => {
    sandbox.autoscaling.lost(instance.id);
    const alive = async () =>
      (await execa('curl', ['-sS', instance.metadataUrl], { reject: false })).exitCode;
    await expect.poll(alive).toBe(7);
  });
});
