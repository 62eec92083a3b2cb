import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAutoScaling } from '../../src/aws/autoscaling.ts';
import { createEc2 } from '../../src/aws/ec2.ts';
import { readInstance } from '../../src/aws/instance.ts';
import { startPlaybook } from '../../src/playbooks/run.ts';
import { bareHost } from '../../src/sandbox/host.ts';
import { type RunningInstance, type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { moduleCredentials, sdkCredentials } from './real-parts/aws-credentials.ts';
import { agrees } from './table.ts';

/** As on an instance: no keys in the environment, a role in the metadata. */

const HOUR = 3_600_000;
const LIFETIME = 3_000;

let dir: string;
let sandbox: Sandbox;
let instance: RunningInstance;
beforeEach(async ({ task }) => {
  dir = mkdtempSync(join(tmpdir(), 'drover-role-'));
  sandbox = await startSandbox({
    dir,
    host: bareHost,
    group: { name: 'runners', minSize: 0, maxSize: 3, desiredCapacity: 1 },
    ...(task.name.includes('expire') && { credentials: { lifetime: LIFETIME, renewal: 1_000 } }),
  });
  const { instanceId = '' } = await sandbox.log.waitFor(({ state }) => state === 'InService', 10_000);
  // Its metadata are there a moment later.
  instance = await vi.waitUntil(() => sandbox.instances.get(instanceId));
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
    vi.stubEnv(name, undefined);
  for (const name of ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE']) vi.stubEnv(name, join(dir, 'none'));
  vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', instance.metadataUrl);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await sandbox.close();
  rmSync(dir, { recursive: true });
});

/** Status and signer of each call of AWS so far. */
const calls = () =>
  sandbox.log.entries
    .filter(({ kind, service }) => kind === 'call' && (service === 'autoscaling' || service === 'ec2'))
    .map(({ status, accessKeyId }) => ({ status, accessKeyId: String(accessKeyId) }));
const statuses = () => calls().map(({ status }) => status);
const signers = () => new Set(calls().map(({ accessKeyId }) => accessKeyId));

describe('the agent’s SDK', () => {
  const connect = () => createAutoScaling({ endpoint: sandbox.awsUrl, region: 'us-east-1' });
  let api: ReturnType<typeof connect>;
  beforeEach(() => {
    api = connect();
  });
  afterEach(() => api.close());
  const ask = () => readInstance(api, instance.id);

  it('signs with the keys of the role that the metadata hand out', async () => {
    expect(await ask()).toMatchObject({ InstanceId: instance.id });
    expect(calls()).toEqual([{ status: 200, accessKeyId: sandbox.credentials.of(instance.id).accessKeyId }]);
    agrees(sdkCredentials, 'keys from the metadata', 'signs with the role’s');
  });

  it('has others before they expire, and after a rest in which they did', async () => {
    await vi.waitUntil(async () => (await ask()) && signers().size >= 3, { timeout: 30_000, interval: 200 });
    const last = sandbox.credentials.of(instance.id);
    await vi.waitUntil(
      () => sandbox.credentials.judge(last.accessKeyId, last.token, Date.now()) === 'expired',
      { timeout: 2 * LIFETIME },
    );
    await ask();
    expect(new Set(statuses())).toEqual(new Set([200]));
    agrees(sdkCredentials, 'keys that expire', 'are renewed before, and after a rest');
  });

  it('asks for others, once, when AWS takes its keys no more', async () => {
    await ask();
    sandbox.credentials.revoke(instance.id);
    await ask();
    expect(statuses()).toEqual([200, 403, 200]);
    expect(signers().size).toBe(2);
    agrees(sdkCredentials, 'keys that AWS refuses', 'are replaced, and the call made again');
  });

  it.each([HOUR, -HOUR])('corrects its time when AWS’s clock is %i ms ahead', async (ahead) => {
    sandbox.setAwsClock(ahead);
    await ask();
    await ask();
    expect(statuses()).toEqual([403, 200, 200]);
    const ec2 = createEc2({ endpoint: sandbox.awsUrl, region: 'us-east-1' });
    const describe = () =>
      ec2.call('DescribeInstances', (client, sdk) =>
        client.send(new sdk.DescribeInstancesCommand({ InstanceIds: [instance.id] })),
      );
    await describe().finally(() => ec2.close());
    expect(statuses().slice(3)).toEqual([400, 200]);
    agrees(sdkCredentials, 'a wrong clock', 'is corrected after one refusal');
  });

  it('names the clock where a call may be tried but once', async () => {
    const once = () =>
      api.call(
        'DescribeAutoScalingInstances',
        (client, sdk) => client.send(new sdk.DescribeAutoScalingInstancesCommand({})),
        { attempts: 1 },
      );
    sandbox.setAwsClock(HOUR);
    await expect(once()).rejects.toThrow(
      /SignatureDoesNotMatch: Signature expired: .*; this host's clock is 60 min behind AWS's: set it right/,
    );
    sandbox.setAwsClock(-HOUR);
    await expect(once()).rejects.toThrow(/Signature not yet current: .* clock is 60 min ahead of AWS's/);
    agrees(sdkCredentials, 'a wrong clock', 'is named, with by how much');
  });
});

describe('the playbooks’ modules', () => {
  let plays = 0;
  const scaleUp = () => {
    plays += 1;
    return startPlaybook(
      {
        operation: `scale-up-${plays}`,
        playbook: 'scale_up',
        variables: {
          autoscaling_group: 'runners',
          autoscaling_endpoint_url: sandbox.awsUrl,
          autoscaling_region: 'us-east-1',
        },
        check: false,
        timeoutMs: 60_000,
      },
      { command: 'ansible-playbook', runDir: join(dir, 'run'), secrets: [] },
    ).result;
  };

  it('sign with the keys of the role that the metadata hand out', async () => {
    expect(await scaleUp()).toMatchObject({ outcome: 'succeeded', facts: { desiredAfter: 2 } });
    expect(signers()).toEqual(new Set([sandbox.credentials.of(instance.id).accessKeyId]));
    agrees(moduleCredentials, 'keys from the metadata', 'signs with the role’s');
  });

  it('have others with each play when they expire', async () => {
    await scaleUp();
    const [first = ''] = signers();
    await vi.waitUntil(() => sandbox.credentials.of(instance.id).accessKeyId !== first, {
      timeout: 2 * LIFETIME,
    });
    expect(await scaleUp()).toMatchObject({ outcome: 'succeeded', facts: { desiredAfter: 3 } });
    expect(new Set(statuses())).toEqual(new Set([200]));
    expect(signers().size).toBeGreaterThan(1);
    agrees(moduleCredentials, 'keys that expire', 'each play asks for its own');
  });

  it('ask for others, once, when AWS takes their keys no more', async () => {
    const expired = { kind: 'error', code: 'ExpiredToken', status: 403, times: 1 } as const;
    sandbox.faults.add({ service: 'autoscaling', operation: 'DescribeAutoScalingGroups', ...expired });
    const tokens = () =>
      sandbox.log.entries.filter(({ operation }) => operation?.includes('security-credentials/')).length;
    expect(await scaleUp()).toMatchObject({ outcome: 'succeeded' });
    expect(statuses().slice(0, 2)).toEqual([403, 200]);
    expect(tokens()).toBeGreaterThan(1);
    agrees(moduleCredentials, 'keys that AWS refuses', 'are replaced, and the call made again');
  });

  it('name the clock when AWS refuses its time', async () => {
    sandbox.setAwsClock(HOUR);
    const { outcome, message } = await scaleUp();
    expect(outcome).toBe('failed');
    expect(message).toMatch(/Signature expired.*this host's clock is 60 min behind AWS's: set it right/);
    expect(sandbox.autoscaling.desiredCapacity).toBe(1);
    agrees(moduleCredentials, 'a wrong clock', 'is named, with by how much');
  });
});
