import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { drover } from '../cli/drover.ts';
import { whyNoSshd } from './sshd.ts';
import { type Behaviour, type FleetWorld, fleetWorld } from './world.ts';

const behaviours: Behaviour[] = [
  'well',
  'byId',
  'changedKey',
  'unknownKey',
  'noEntry',
  'silent',
  'hangs',
  'refuses',
  'garbage',
  'endless',
  'noJournal',
  'needsPassword',
  'foreignJournal',
];

/** Whatever one host does is told of it alone. */
const reasons: Partial<Record<Behaviour, string>> = {
  changedKey: 'shows another host key than is known for it',
  unknownKey: 'the host key of 127.0.0.5:',
  noEntry: 'lets root in with none of our keys',
  silent: 'gave no answer',
  hangs: 'gave no answer within 6000 ms',
  refuses: 'refuses connections: is sshd running there?',
  garbage: 'what it has as journal is none',
  endless: 'that is no journal',
  noJournal: 'there is no /srv/drover/journal: no agent has run there',
  needsPassword: 'sudo does not let root read it without a password',
  foreignJournal: 'its journal is that of i-00000000000000bad',
};

if (whyNoSshd !== null) console.warn(whyNoSshd);

describe.skipIf(whyNoSshd !== null)('the fleet over SSH', () => {
  let world: FleetWorld;
  beforeAll(async () => {
    world = await fleetWorld(behaviours, { concurrency: 4, timeout: '6s' });
  }, 60_000);
  afterAll(() => world?.close());

  const run = (args: string[], env: Record<string, string> = {}) =>
    drover([...args, '--config', world.config], { ...world.env, ...env }, 60_000);

  test('each instance is told, those that cannot be read with the reason, and the others all the same', async () => {
    const { exitCode, stdout, stderr } = await run(['status', '--fleet', '--group', 'runners', '--json']);
    expect(stderr).toBe('');
    expect(exitCode).toBe(1);
    const lines = stdout.split('\n').map((line) => JSON.parse(line));
    expect(lines.at(-1)).toEqual({ event: 'summary', instances: 13, read: 2, unreadable: 11 });
    const told = new Map(lines.slice(0, -1).map((line) => [line.id, line]));
    for (const behaviour of behaviours) {
      const line = told.get(world.idOf(behaviour));
      expect(line, behaviour).toMatchObject({
        lifecycleState: 'InService',
        address: world.addressOf(behaviour),
      });
      const reason = reasons[behaviour];
      if (reason === undefined) expect(line.status, behaviour).toMatchObject({ state: 'inService.idle' });
      else expect(line.unreadable, behaviour).toContain(reason);
    }
  }, 90_000);

  test('all that runs on the other side is head on the journal', async () => {
    const asked = [...new Set(behaviours.flatMap((one) => world.sshdOf(one)?.asked() ?? []))];
    expect(asked).toEqual(["head -c 4194305 -- '/srv/drover/journal'"]);
    // With a key that is not the known one, nothing is asked at all.
    expect(world.sshdOf('changedKey')?.asked()).toEqual([]);
  });

  test('the table names each instance once, and steers no terminal', async () => {
    const { stdout } = await run(['status', '--fleet', '--group', 'runners']);
    expect(stdout.split('\n')[0]).toBe('group runners: 13 instances, desired 2 of 1 to 4');
    for (const behaviour of behaviours) expect(stdout.split(world.idOf(behaviour))).toHaveLength(2);
    expect(stdout).not.toContain('\u001b');
  }, 90_000);

  test('explain names another instance’s decisions, or why they cannot be read', async () => {
    // The program as it is shipped: one bundle, without ssh2's optional native parts.
    const args = [
      join(packageRoot(), 'bin', 'drover.js'),
      'explain',
      world.idOf('well'),
      '--config',
      world.config,
    ];
    const good = await execa(process.execPath, args, { env: world.env });
    expect(good.stdout).toContain('launching.registering');
    const bad = await run(['explain', world.idOf('changedKey')]);
    expect(bad.exitCode).toBe(1);
    expect(bad.stderr).toContain('shows another host key');
    const nobody = await run(['explain', 'i-0123456789abcdef0']);
    expect(nobody.stderr).toContain('no group of this region holds i-0123456789abcdef0');
  }, 60_000);

  test('chart --state marks where another instance is, by its id, or tells why that cannot be read', async () => {
    const chart = (id: string) => run(['chart', '--json', '--state', id]);
    const { stdout } = await chart(world.idOf('well'));
    expect(JSON.parse(stdout).current).toEqual(['inService.idle']);
    expect(await chart(world.idOf('refuses'))).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/^\{"event":"error"/),
      stderr: expect.stringContaining('refuses connections: is sshd running there?'),
    });
    expect((await chart('i-0123456789abcdef0')).stderr).toContain('no group of this region holds');
  }, 60_000);

  test('without a key file, the SSH agent is asked', async () => {
    const socket = join(world.dir, 'agent.sock');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    try {
      const added = spawn('sh', ['-c', `until ssh-add ${join(world.dir, 'key')}; do sleep 0.1; done`], {
        env: { ...process.env, SSH_AUTH_SOCK: socket },
        stdio: 'ignore',
      });
      await new Promise((resolve) => added.once('exit', resolve));
      const { readFileSync, writeFileSync } = await import('node:fs');
      const config = join(world.dir, 'agent.yml');
      writeFileSync(config, readFileSync(world.config, 'utf8').replace(/^ +keyFile:.*\n/m, ''));
      const args = ['explain', world.idOf('well'), '--config', config];
      const without = await drover(args, world.env);
      expect(without).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('SSH_AUTH_SOCK') });
      const { exitCode } = await drover(args, { ...world.env, SSH_AUTH_SOCK: socket });
      expect(exitCode).toBe(0);
    } finally {
      agent.kill();
    }
  }, 60_000);

  test('without EC2’s right the group is still told, with what is missing', async () => {
    const lift = world.sandbox.faults.add({
      service: 'ec2',
      operation: 'DescribeInstances',
      kind: 'error',
      status: 403,
      code: 'UnauthorizedOperation',
    });
    const { stdout } = await run(['status', '--fleet', '--group', 'runners']);
    lift();
    expect(stdout).toContain('without ec2:DescribeInstances no address is known');
    expect(stdout).toContain('EC2 does not tell its address');
  });

  test('a host in no group is asked to name one', async () => {
    const { exitCode, stderr } = await run(['status', '--fleet']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('name it with --group');
  });
});
