import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../src/config.ts';
import { rightsOf } from '../../src/doctor/rights.ts';
import { iamPolicy } from '../../src/render/iam-policy.ts';
import { launchTemplate, userData } from '../../src/render/user-data.ts';

const golden = (name: string) => join(import.meta.dirname, 'golden', name);

const policyOptions = {
  region: 'eu-central-1',
  account: '123456789012',
  groups: ['runners'],
  partition: 'aws',
  scalingPolicy: false,
  fleet: false,
  parameters: [],
  secrets: [],
  keys: [],
  tag: undefined,
};

const written = {
  gitlab: { url: 'https://gitlab.example.com', apiTokenCredential: 'api-token' },
  runners: [{ tokenCredential: 'runner-token', tags: ["it's {{ 7 * 7 }} & <b>"] }],
};
const dataOptions = {
  package: "https://example.com/drover.tgz?a=1&b='2'",
  packageChecksum: 'a'.repeat(64),
  nodeArchive: 'https://nodejs.org/dist/v22.11.0/node-v22.11.0-linux-x64.tar.xz',
  nodeChecksum: 'b'.repeat(64),
  mode: 'services' as const,
  region: 'eu-central-1',
  credentials: ['runner-token=ssm:/runners/token', 'api-token=secret:runners/api'],
};
const document = (options: Partial<typeof dataOptions> = {}, config: Record<string, unknown> = written) =>
  userData(config, parseConfig(config, {}, 'config.yml'), { ...dataOptions, ...options });

describe('drover render iam-policy', () => {
  test('prints the least policy', async () => {
    await expect(iamPolicy(policyOptions)).toMatchFileSnapshot(golden('iam-policy.txt'));
  });

  test('prints what stored tokens, reap, a scaling policy and tags need too', async () => {
    const all = iamPolicy({
      ...policyOptions,
      groups: ['runners', 'runners-arm'],
      scalingPolicy: true,
      fleet: true,
      parameters: ['/runners/token', 'plain'],
      secrets: ['runners/api', 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:other-AbCdEf'],
      keys: ['arn:aws:kms:eu-central-1:123456789012:key/0'],
      tag: 'runner-fleet',
    });
    await expect(all).toMatchFileSnapshot(golden('iam-policy-all.txt'));
  });

  test.each([[null], ['one-more']])(
    'allows every right that doctor looks for (scaling policy %s)',
    (name) => {
      const rights = rightsOf({ groupName: 'runners', instanceId: 'i-0', scalingPolicy: name });
      const policy = JSON.parse(iamPolicy({ ...policyOptions, fleet: true, scalingPolicy: name !== null }));
      const allowed = policy.Statement.flatMap((one: { Action: string[] }) => one.Action);
      expect(rights.map(({ action }) => action).filter((action) => !allowed.includes(action))).toEqual([]);
    },
  );

  test.each([
    [{ region: 'Frankfurt' }, '--region Frankfurt is not a region'],
    [{ account: '1234' }, '--account 1234 is not an account'],
    [{ groups: [] }, '--group is missing'],
    [{ groups: ['runners*'] }, '--group runners* names more than one group'],
    [{ keys: ['alias/x'] }, '--kms-key alias/x is not an ARN'],
  ])('refuses %o', (options, message) => {
    expect(() => iamPolicy({ ...policyOptions, ...options })).toThrow(message);
  });
});

describe('drover render user-data', () => {
  test('prints a cloud-init document that installs Drover with this configuration', async () => {
    await expect(document()).toMatchFileSnapshot(golden('user-data.txt'));
  });

  test('is YAML that cloud-init takes, with a script that a shell takes', async () => {
    const [variables, script] = parse(document()).write_files;
    expect(variables).toMatchObject({ path: '/etc/drover-install/variables.yml', permissions: '0600' });
    const told = parse(variables.content.replaceAll('!unsafe ', ''));
    expect(told.drover_config).toEqual(written);
    expect(told.drover_tokens).toEqual([
      { name: 'runner-token', ssm_parameter: '/runners/token' },
      { name: 'api-token', secret: 'runners/api' },
    ]);
    await execa('sh', ['-n'], { input: script.content });
    const { stdout } = await execa('sh', ['-c', `curl() { printf '%s\\n' "$@"; exit; }\n${script.content}`]);
    expect(stdout.split('\n').at(-1)).toBe(dataOptions.package);
  });

  test.each([
    [{ credentials: ['api-token=ssm:x'] }, 'names the credential runner-token: say where it is stored'],
    [{ credentials: ['runner-token'] }, '--credential runner-token cannot be used'],
    [{ packageChecksum: 'abc' }, '--package-checksum is missing or wrong'],
    [{ package: '/tmp/drover.tgz' }, '--package /tmp/drover.tgz is not a URL'],
    [{ nodeChecksum: undefined }, '--node-checksum is missing or wrong'],
  ])('refuses %o', (options, message) => {
    expect(() => document(options as Partial<typeof dataOptions>)).toThrow(message);
  });

  test('refuses a token that a new instance cannot have, and more than EC2 takes', () => {
    const config = { gitlab: { url: 'https://x' }, runners: [{ tokenFile: '/etc/token' }] };
    expect(() => document({}, config)).toThrow(
      'runners[0].tokenFile names what a new instance does not have',
    );
    const many = { ...written, runners: [{ ...written.runners[0], tags: ['x'.repeat(17_000)] }] };
    expect(() => document({}, many)).toThrow('and EC2 takes 16384');
  });

  test('a launch template has that user data, and metadata that jobs in containers do not reach', async () => {
    const template = launchTemplate(document(), 'runners');
    await expect(template).toMatchFileSnapshot(golden('launch-template.txt'));
    const { MetadataOptions, UserData } = JSON.parse(template);
    expect(MetadataOptions).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
    expect(Buffer.from(UserData, 'base64').toString()).toBe(document());
    expect(JSON.parse(launchTemplate(document(), undefined))).not.toHaveProperty('IamInstanceProfile');
  });
});
