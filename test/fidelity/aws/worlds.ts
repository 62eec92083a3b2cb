import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { httpRequest } from '../../../src/net/http-request.ts';
import { freePort } from '../../../src/sandbox/free-port.ts';
import { bareHost } from '../../../src/sandbox/host.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { AnyClient, Service, Told } from './answers.ts';

export const GROUP = 'fleet';
export const POLICY = 'add-one';
export const PARAMETER = '/runners/token';
export const SECRET = 'runners/api';
const HOOK = { name: 'leaving', heartbeatTimeout: 60, defaultResult: 'CONTINUE' as const };

/** A group of one instance in service, a terminate hook, a policy, a stored parameter and a secret, and one client. */
export interface World {
  call(service: Service, operation: string, params?: Record<string, unknown>): Promise<Told>;
  /** An instance in service. */
  instance(): Promise<string>;
  close(): Promise<void>;
}

const worldOn = (client: AnyClient, endpoint: string, close: () => Promise<void>): World => {
  const call: World['call'] = (service, operation, params = {}) =>
    client.call(endpoint, { service, operation, params });
  return {
    call,
    async instance() {
      const { answer } = await call('autoscaling', 'DescribeAutoScalingInstances');
      const all = (answer?.AutoScalingInstances ?? []) as { InstanceId: string; LifecycleState: string }[];
      const found = all.find(({ LifecycleState }) => LifecycleState === 'InService');
      if (found === undefined) throw new Error(`no instance in service: ${JSON.stringify(all)}`);
      return found.InstanceId;
    },
    close,
  };
};

/** A sandbox of its own. */
export async function sandboxWorld(
  client: AnyClient,
  group: Partial<SandboxOptions['group']> = { terminateHook: HOOK },
): Promise<World & { sandbox: Sandbox }> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-fidelity-aws-'));
  const sandbox = await startSandbox({
    dir,
    host: bareHost,
    group: {
      name: GROUP,
      minSize: 0,
      maxSize: 3,
      desiredCapacity: 1,
      lifeCycle: 'on-demand',
      policies: { [POLICY]: 1 },
      ...group,
    },
  });
  sandbox.stored.parameters.set(PARAMETER, 'glrt-kept');
  sandbox.stored.secrets.set(SECRET, 'kept');
  await vi.waitFor(() => expect(sandbox.instances.size).toBe(group.desiredCapacity ?? 1));
  const world = worldOn(client, sandbox.awsUrl, async () => {
    await sandbox.close();
    rmSync(dir, { recursive: true });
  });
  return { ...world, sandbox };
}

export interface MotoServer {
  endpoint: string;
  close(): Promise<void>;
}

export async function startMoto(programs: string): Promise<MotoServer> {
  const port = await freePort();
  const child = spawn(join(programs, 'moto_server'), ['-H', '127.0.0.1', '-p', `${port}`], {
    stdio: 'ignore',
    // Without its list of images, which takes it seconds to read at each reset.
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', MOTO_EC2_LOAD_DEFAULT_AMIS: 'false' },
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const ready = () => httpRequest({ url: `${endpoint}/moto-api/`, timeout: 2_000, maxBytes: 1_000_000 });
  await vi.waitFor(ready, { timeout: 60_000, interval: 100 });
  return {
    endpoint,
    async close() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** How a group of one instance is made in moto, in this zone. */
export const motoGroup = (name: string, zone: string) => ({
  AutoScalingGroupName: name,
  MinSize: 0,
  MaxSize: 3,
  DesiredCapacity: 1,
  LaunchTemplate: { LaunchTemplateName: 'sandbox', Version: '1' },
  AvailabilityZones: [zone],
});

/** The same in moto, which is emptied first: one world at a time. */
export async function motoWorld(
  client: AnyClient,
  boto3: AnyClient,
  { endpoint }: MotoServer,
): Promise<World> {
  const reset = await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
  expect(reset.status).toBe(200);
  const make = async (service: Service, operation: string, params: Record<string, unknown>) => {
    const told = await boto3.call(endpoint, { service, operation, params });
    if (told.error) throw new Error(`moto: ${operation}: ${told.error.code} ${told.error.message}`);
    return told.answer ?? {};
  };
  await make('ec2', 'CreateLaunchTemplate', {
    LaunchTemplateName: 'sandbox',
    LaunchTemplateData: { ImageId: 'ami-0123456789abcdef0', InstanceType: 'm5.large' },
  });
  await make('autoscaling', 'CreateAutoScalingGroup', motoGroup(GROUP, 'us-east-1a'));
  await make('autoscaling', 'PutLifecycleHook', {
    AutoScalingGroupName: GROUP,
    LifecycleHookName: HOOK.name,
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    HeartbeatTimeout: HOOK.heartbeatTimeout,
    DefaultResult: HOOK.defaultResult,
  });
  await make('autoscaling', 'PutScalingPolicy', {
    AutoScalingGroupName: GROUP,
    PolicyName: POLICY,
    AdjustmentType: 'ChangeInCapacity',
    ScalingAdjustment: 1,
  });
  await make('ssm', 'PutParameter', { Name: PARAMETER, Value: 'glrt-kept', Type: 'SecureString' });
  await make('secretsmanager', 'CreateSecret', { Name: SECRET, SecretString: 'kept' });
  return worldOn(client, endpoint, async () => {});
}
