import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { startPlaybook } from '../../src/playbooks/run.ts';
import { bareHost } from '../../src/sandbox/host.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';

const credentials = { AWS_ACCESS_KEY_ID: 'sandbox', AWS_SECRET_ACCESS_KEY: 'sandbox' };

let dir: string;
let sandbox: Sandbox;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-modules-'));
  sandbox = await startSandbox({
    dir,
    host: bareHost,
    group: {
      name: 'runners',
      minSize: 0,
      maxSize: 3,
      desiredCapacity: 1,
      policies: { 'add-one': 1, 'add-many': 7 },
      terminateHook: { name: 'terminating', heartbeatTimeout: 60, defaultResult: 'CONTINUE' },
    },
  });
  await sandbox.log.waitFor(({ state }) => state === 'InService', 10_000);
});
afterAll(async () => {
  await sandbox.close();
  rmSync(dir, { recursive: true });
});

const scaleUp = (operation: string, policy: string, check = false) =>
  startPlaybook(
    {
      operation,
      playbook: 'scale_up',
      variables: {
        autoscaling_group: 'runners',
        autoscaling_scaling_policy: policy,
        autoscaling_endpoint_url: sandbox.awsUrl,
        autoscaling_region: 'us-east-1',
      },
      check,
      timeoutMs: 60_000,
    },
    { command: 'ansible-playbook', runDir: join(dir, 'run'), secrets: [], environment: credentials },
  ).result;

const mutations = () =>
  sandbox.log.entries.filter(({ kind, mutating }) => kind === 'call' && mutating).map((one) => one.operation);

test('scale_up executes a scaling policy where one is named, and only looks in check mode', async () => {
  expect(await scaleUp('scale-up-1', 'add-one', true)).toMatchObject({ outcome: 'succeeded', changed: 1 });
  expect(mutations()).toEqual([]);
  expect(await scaleUp('scale-up-2', 'add-one')).toMatchObject({
    outcome: 'succeeded',
    facts: { desiredBefore: 1, desiredAfter: 2 },
  });
  expect(mutations()).toEqual(['ExecutePolicy']);
});

test('a policy that asks for more than the maximum stops there', async () => {
  expect(await scaleUp('scale-up-3', 'add-many')).toMatchObject({ facts: { desiredAfter: 3 } });
  expect(sandbox.autoscaling.desiredCapacity).toBe(3);
});

test('a policy that the group does not have is named', async () => {
  const { outcome, message } = await scaleUp('scale-up-4', 'none');
  expect(outcome).toBe('failed');
  expect(message).toContain('none');
});

test('a heartbeat by hand keeps an action open; for one that is gone it says so', async () => {
  const [instance] = sandbox.instances.values();
  if (instance === undefined) throw new Error('there is no instance');
  const args = (hook: string) =>
    JSON.stringify({
      action: 'heartbeat',
      group: 'runners',
      hook,
      instance_id: instance.id,
      endpoint_url: sandbox.awsUrl,
      region: 'us-east-1',
    });
  const heartbeat = async (hook: string): Promise<Record<string, unknown>> => {
    const { stdout } = await execa('ansible', ['localhost', '-m', 'asg_lifecycle_action', '-a', args(hook)], {
      cwd: packageRoot(),
      env: { ...credentials, ANSIBLE_NOCOLOR: '1' },
    });
    return JSON.parse(stdout.slice(stdout.indexOf('{')));
  };
  sandbox.autoscaling.terminate(instance.id, true);
  expect(await heartbeat('terminating')).toMatchObject({ outcome: 'recorded' });
  expect(sandbox.log.entries.at(-1)).toMatchObject({
    operation: 'RecordLifecycleActionHeartbeat',
    status: 200,
  });
  sandbox.autoscaling.complete(instance.id, 'terminating', 'CONTINUE');
  expect(await heartbeat('terminating')).toMatchObject({ outcome: 'gone', changed: false });
});
