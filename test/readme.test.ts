import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig, packageRoot } from '../src/config.ts';
import { validateVariables } from '../src/playbooks/validate.ts';
import { endProcessesOf } from '../src/sandbox/host.ts';
import { reapWorld } from './reap/world.ts';

// Every command of the README is run here as it stands there, but for those that CI itself is: `npm ci` and `npm test`
// (see .ci/run).

const root = packageRoot();
const readme = readFileSync(join(root, 'README.md'), 'utf8');

const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1] ?? '');

/** The commands of the shell blocks, without their remarks, continued lines joined. */
const commands = blocks('sh').flatMap((block) =>
  block
    .replace(/\s+#.*$/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim().replace(/ {2,}/g, ' '))
    .filter((line) => line !== ''),
);

/** The command that begins so; each is taken once, and what nobody took is found at the end. */
const left = new Set(commands);
function command(beginning: string): string {
  const found = [...left].find((line) => line.startsWith(beginning));
  if (found === undefined) throw new Error(`the README has no command that begins with: ${beginning}`);
  left.delete(found);
  return found;
}

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'drover-readme-'));
  // "This directory" of the playbooks by hand, for what the commands leave there.
  for (const name of ['inventory', 'playbooks', 'roles']) symlinkSync(join(root, name), join(home, name));
});
afterAll(async () => {
  await endProcessesOf(home);
  rmSync(home, { recursive: true, force: true });
});

const sh = (line: string, options: { cwd?: string; env?: Record<string, string> } = {}) =>
  execa('bash', ['-euc', line], { cwd: root, reject: false, all: true, stdin: 'ignore', ...options });

test('npm run demo tells the whole story, loses nothing, and with --json ends with the summary', async () => {
  const [install, ...demo] = command('npm ci && npm run demo').split(' && ');
  expect(install).toBe('npm ci');
  const TMPDIR = join(home, 'tmp');
  mkdirSync(TMPDIR);
  const { exitCode, stdout, stderr } = await sh(`${demo.join(' && ')} -- --json`, { env: { TMPDIR } });
  expect(stderr.replace(/^npm warn .*$/gm, '').trim()).toBe('');
  expect(exitCode).toBe(0);
  const lines = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  expect(lines.at(-1)).toEqual({
    event: 'summary',
    jobs: { finished: 3, ended: 0, lost: 0 },
    runners: { left: 0 },
    hooks: { open: 0, timedOut: 0 },
    instances: { launched: 2, terminated: 2 },
    seconds: expect.any(Number),
  });
  const tables = lines.filter((line) => line.event === 'table').map((line) => line.table);
  expect(tables).toEqual(['jobs', 'runners', 'instances']);
  const capacities = lines.filter((line) => line.event === 'group').map((line) => line.desiredCapacity);
  expect(capacities).toEqual([2, 1, 0]);
}, 240_000);

test('npm ci and npm test are what CI runs', () => {
  const wanted = command('npm ci && npm test').split(' && ');
  const ci = readFileSync(join(root, '.ci', 'run'), 'utf8').split('\n');
  expect(wanted.every((line) => ci.some((step) => step.startsWith(line)))).toBe(true);
});

describe('the playbooks by hand', () => {
  const world = () => join(home, 'world');
  const placed = (line: string) => line.replaceAll('/tmp/world', world());

  test('work as shown, without Drover, and change nothing the second time', async () => {
    const sandbox = execa('bash', ['-euc', `exec ${placed(command('npx drover sandbox'))}`], {
      cwd: root,
      reject: false,
      stdin: 'ignore',
      // Ctrl-C is for the whole group of processes.
      detached: true,
    });
    await expect.poll(() => existsSync(join(world(), 'vars.yml')), { timeout: 60_000 }).toBe(true);
    const setUp = [command('export ANSIBLE_CONFIG'), command('cp ')].map(placed).join('\n');
    const play = async (line: string) => {
      const { exitCode, all } = await sh(`${setUp}\n${line}`, { cwd: home });
      expect(exitCode, all).toBe(0);
      const recap = /changed=(\d+)\s+unreachable=0\s+failed=0/.exec(all ?? '');
      expect(recap, all).not.toBeNull();
      return { changed: Number(recap?.[1]), output: all };
    };
    const init = 'ansible-playbook -i inventory/sandbox.yml playbooks/gitlab_runner_init.yml -e @vars.yml';
    const checked = await play(command(`${init} --check`));
    expect(checked.output).toContain('POST');
    expect(checked.output).not.toContain('glrt-');
    for (const beginning of [
      init,
      'ansible-playbook -i inventory/sandbox.yml playbooks/scale_up.yml',
      'ansible-playbook -i inventory/sandbox.yml playbooks/gitlab_runner_unreg.yml',
    ]) {
      const line = command(beginning);
      expect((await play(line)).changed, line).toBeGreaterThan(0);
      expect((await play(line)).changed, `again: ${line}`).toBe(0);
    }
    process.kill(-(sandbox.pid ?? 0), 'SIGINT');
    const { exitCode, signal, stderr } = await sandbox;
    expect(stderr.replace(/^npm warn .*$/gm, '').trim()).toBe('');
    expect(exitCode ?? signal).toBe('SIGINT');
  }, 180_000);

  test('need no more variables on a real instance than are shown', async () => {
    const { parse } = await import('yaml');
    const shown = blocks('yaml').find((block) => block.startsWith('gitlab_runner_url'));
    expect(() => validateVariables('gitlab_runner_init', parse(shown ?? ''))).not.toThrow();
  });
});

test('the configuration that is shown is valid', async () => {
  const { writeFileSync } = await import('node:fs');
  const shown = blocks('yaml').find((block) => block.startsWith('stateDir'));
  const path = join(home, 'config.yml');
  writeFileSync(path, shown ?? '');
  expect(loadConfig(path, {})).toMatchObject({
    stateDir: '/var/lib/drover',
    metadata: { interval: 2_000 },
    lifecycle: { idleThreshold: 600_000, initAttempts: 3 },
  });
});

test('the variables of the installation that are shown are the role’s', async () => {
  const shown = blocks('yaml').find((block) => block.includes('drover_tokens:')) ?? '';
  const specs = readFileSync(join(root, 'roles/drover/meta/argument_specs.yml'), 'utf8');
  const { parse } = await import('yaml');
  const { options } = parse(specs).argument_specs.main;
  expect(Object.keys(parse(shown)).filter((name) => !(name in options))).toEqual([]);
});

test('npm run bench measures, judges and exits accordingly', async () => {
  // One pair of one quick figure: all pairs of all figures take a quarter of an hour.
  const quick = 'job-end-to-release --pairs 1';
  const all = [
    command('npm run bench -- --json'),
    command('npm run bench -- agent-rss'),
    command('npm run bench'),
  ];
  for (const line of all) {
    expect(line).toMatch(/^npm run bench( -- ([a-z-]+( \d+)? ?)+)?$/);
  }
  const { exitCode, stdout } = await sh(`${all[0]} ${quick}`);
  const figures = stdout.split('\n').filter((line) => line.startsWith('{'));
  const [verdict, ...more] = figures.map((line) => JSON.parse(line));
  expect(verdict).toMatchObject({ figure: 'job-end-to-release', pairs: 1, ratio: expect.any(Number) });
  expect(more).toEqual([]);
  // Whether it was quick enough is not for a test to say, on a machine with other things to do.
  expect(exitCode).toBe(verdict.ok ? 0 : 1);
}, 120_000);

test('npm run soak loses nothing, and its last line is the summary', async () => {
  const [line, seeded] = [command('npm run soak'), command('npm run soak')];
  expect(line).toBe('npm run soak -- --minutes 10');
  // The same for half a minute, on three instances: ten minutes are for the hand.
  const short = seeded.replace('--minutes 10', '--minutes 0.5').replace('--instances 4', '--instances 3');
  expect(short).not.toBe(seeded);
  const { exitCode, stdout } = await sh(short);
  const events = stdout.split('\n').flatMap((said) => (said.startsWith('{') ? [JSON.parse(said)] : []));
  expect(events.at(-1)).toMatchObject({
    event: 'summary',
    jobs: { lost: 0 },
    runners: { left: 0 },
    hooks: { open: 0, timedOut: 0 },
    falseTerminations: [],
  });
  expect(events.filter(({ event }) => event === 'disturbance').length).toBeGreaterThan(3);
  expect(exitCode).toBe(0);
}, 600_000);

test('reap shows with --check what it would remove, and then removes it', async () => {
  const world = await reapWorld();
  try {
    const [gone = ''] = world.ids;
    await world.contact(world.shared, gone);
    world.sandbox.autoscaling.terminate(gone, true);
    const env = { DROVER_CONFIG: join(world.dir, 'config.yml') };
    const checked = await sh(command('npx drover reap --check'), { env });
    expect(checked.stdout).toContain('would remove  manager');
    expect(world.systemIds()).toHaveLength(1);
    const { exitCode, stdout } = await sh(command('npx drover reap'), { env });
    expect(stdout).toContain('removed 0 runners and 1 managers');
    expect([checked.exitCode, exitCode]).toEqual([0, 0]);
    expect(world.systemIds()).toEqual([]);
  } finally {
    await world.close();
  }
}, 60_000);

test('every command of the tour is there, with an example', async () => {
  const rows = [...readme.matchAll(/^\| (`.*?) \|/gm)].map((match) => match[1] ?? '');
  const names = rows
    .filter((row) => row.startsWith('`drover '))
    .flatMap((row) => [...row.matchAll(/`(?:drover )?([a-z-]+)`/g)].map((match) => match[1] ?? ''));
  expect(names).toEqual([
    'demo',
    'sandbox',
    'agent',
    'init',
    'unreg',
    'scale-up',
    'status',
    'explain',
    'replay',
    'doctor',
    'render',
    'try',
    'reap',
    'chart',
  ]);
  for (const name of names) {
    const { exitCode, stdout } = await sh(`npx drover ${name} --help`);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Examples?:$/m);
  }
}, 240_000);

test('no command of the README was left out, and each npm script that it names exists', () => {
  expect([...left]).toEqual([]);
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const named = [...readme.matchAll(/npm run ([a-z:]+)/g)].map((match) => match[1] ?? '');
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});
