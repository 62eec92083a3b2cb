import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { bareHost } from '../../src/sandbox/host.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';

const TOKENS = [
  'glrt-t1_givenToTheRoleAsAValue',
  'glrt-t1_fromTheParameterStore',
  'glpat-fromSecretsManager',
];

let dir: string;
let sandbox: Sandbox;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-tokens-'));
  const group = { name: 'runners', minSize: 0, maxSize: 0, desiredCapacity: 0 };
  sandbox = await startSandbox({ dir: join(dir, 'sandbox'), host: bareHost, group });
  sandbox.stored.parameters.set('/runners/token', `${TOKENS[1]}\n`);
  sandbox.stored.secrets.set('runners/api', JSON.stringify({ gitlab: TOKENS[2] }));
});
afterAll(async () => {
  await sandbox.close();
  rmSync(dir, { recursive: true });
});

/** The role's task for tokens, as a play of its own. */
async function play(tokens: object[], ...options: string[]) {
  const directory = join(dir, 'etc', 'credentials');
  const module = { directory, tokens, endpoint_url: sandbox.awsUrl, region: 'us-east-1', budget: 5 };
  const playbook = join(dir, 'play.yml');
  const task = { credential_files: module, register: 'told' };
  const say = { 'ansible.builtin.debug': { var: 'told' } };
  writeFileSync(playbook, JSON.stringify([{ hosts: 'localhost', gather_facts: false, tasks: [task, say] }]));
  const inventory = join(packageRoot(), 'inventory', 'localhost.yml');
  const { exitCode, all } = await execa('ansible-playbook', ['-i', inventory, playbook, ...options], {
    env: {
      ANSIBLE_CONFIG: join(packageRoot(), 'playbooks', 'ansible.cfg'),
      AWS_ACCESS_KEY_ID: 'sandbox',
      AWS_SECRET_ACCESS_KEY: 'sandbox',
    },
    reject: false,
    all: true,
  });
  return { exitCode, all, changed: /changed=1/.test(all) };
}

const file = (name: string) => join(dir, 'etc', 'credentials', name);
const three = [
  { name: 'given', value: TOKENS[0] },
  { name: 'runner-token', ssm_parameter: '/runners/token' },
  { name: 'api-token', secret: 'runners/api', json_key: 'gitlab' },
];

describe('tokens that the installation writes', () => {
  test('a dry run reads them and writes nothing', async () => {
    const { exitCode, changed } = await play(three, '--check', '--diff');
    expect([exitCode, changed, existsSync(file('given'))]).toEqual([0, true, false]);
  });

  test('come as values, from SSM and from Secrets Manager, into files that only root reads', async () => {
    const { exitCode, all } = await play(three, '--diff', '-vvv');
    expect(exitCode).toBe(0);
    expect(three.map(({ name }) => readFileSync(file(name), 'utf8').trim())).toEqual(TOKENS);
    expect(three.map(({ name }) => statSync(file(name)).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
    expect(statSync(join(dir, 'etc', 'credentials')).mode & 0o777).toBe(0o700);
    expect(TOKENS.slice(1).filter((token) => all.includes(token))).toEqual([]);
  });

  test('change nothing the second time, and one file when one token was renewed', async () => {
    expect((await play(three)).changed).toBe(false);
    sandbox.stored.parameters.set('/runners/token', 'glrt-t1_renewedMeanwhileByUs');
    const { changed, all } = await play(three);
    expect(changed).toBe(true);
    expect(all).toMatch(/"written": \[\s*"runner-token"\s*\]/);
    expect(readFileSync(file('runner-token'), 'utf8')).toBe('glrt-t1_renewedMeanwhileByUs\n');
  });

  test.each([
    [
      'a parameter that is not there',
      { name: 'a', ssm_parameter: '/none' },
      /credential a cannot be read from \/none: .*ParameterNotFound.*check the name and the instance role/,
    ],
    [
      'two sources',
      { name: 'a', value: TOKENS[0], secret: 'runners/api' },
      /credential a needs exactly one of value, ssm_parameter/,
    ],
    ['a name that leads elsewhere', { name: '../a', value: TOKENS[0] }, /must have a name of letters/],
    [
      'a secret of another shape',
      { name: 'a', secret: 'runners/api', json_key: 'x' },
      /no JSON object with a text under x/,
    ],
  ])('%s is one clear message', async (_, token, message) => {
    const { exitCode, all } = await play([token]);
    expect(all).toMatch(message);
    expect(exitCode).not.toBe(0);
  });
});
