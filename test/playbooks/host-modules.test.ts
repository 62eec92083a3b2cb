import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';

// What the installation asks of a package manager and of systemd, with programs of the same names in their place.

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-host-modules-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A program on PATH: a shell's script, which may note what it was asked in $ASKED. */
function program(name: string, script: string): void {
  writeFileSync(join(dir, name), `#!/bin/sh\nASKED=${join(dir, 'asked')}\n${script}\n`);
  chmodSync(join(dir, name), 0o755);
}

const asked = () => {
  try {
    return readFileSync(join(dir, 'asked'), 'utf8').trim().split('\n');
  } catch {
    return [];
  }
};

/** Plays one task of a module of ours; gives its result. */
async function task(module: string, args: object, ...options: string[]) {
  const playbook = join(dir, 'play.yml');
  const result = join(dir, 'result.json');
  const steps = [
    { [module]: args, register: 'told' },
    { 'ansible.builtin.copy': { content: '{{ told | to_json }}', dest: result }, check_mode: false },
  ];
  writeFileSync(playbook, JSON.stringify([{ hosts: 'localhost', gather_facts: false, tasks: steps }]));
  const root = packageRoot();
  const { exitCode, all } = await execa(
    'ansible-playbook',
    ['-i', join(root, 'inventory', 'localhost.yml'), playbook, ...options],
    {
      env: {
        PATH: `${dir}${delimiter}${process.env.PATH}`,
        ANSIBLE_CONFIG: join(root, 'playbooks', 'ansible.cfg'),
      },
      reject: false,
      all: true,
    },
  );
  return exitCode === 0 ? JSON.parse(readFileSync(result, 'utf8')) : { failed: all.replace(/\s+/g, ' ') };
}

describe('the runner’s package', () => {
  test('is held by apt-mark where dpkg installed it, and let go again', async () => {
    program('dpkg-query', 'echo "$(cat "$0.want" 2>/dev/null || echo install) installed"');
    program('apt-mark', 'echo "apt-mark $*" >>$ASKED; echo "$1" >"$(dirname "$0")/dpkg-query.want"');
    const name = { name: 'gitlab-runner' };
    expect(await task('package_hold', name, '--check')).toMatchObject({ changed: true, by: 'apt-mark' });
    expect(asked()).toEqual([]);
    expect(await task('package_hold', name)).toMatchObject({ changed: true });
    expect(await task('package_hold', name)).toMatchObject({ changed: false });
    expect(await task('package_hold', { ...name, hold: false })).toMatchObject({ changed: true });
    expect(asked()).toEqual(['apt-mark hold gitlab-runner', 'apt-mark unhold gitlab-runner']);
  }, 120_000);

  test('is held by dnf versionlock where rpm installed it; without the plugin it is said how to mend that', async () => {
    program('dpkg-query', 'exit 1');
    program('rpm', 'exit 0');
    program('dnf', '[ "$3" != list ] || exit 0; echo "dnf $*" >>$ASKED');
    expect(await task('package_hold', { name: 'gitlab-runner' })).toMatchObject({
      changed: true,
      by: 'dnf versionlock',
    });
    expect(asked()).toEqual(['dnf --quiet versionlock add gitlab-runner']);
    program('dnf', 'echo "No such command: versionlock" >&2; exit 1');
    expect((await task('package_hold', { name: 'gitlab-runner' })).failed).toContain(
      'install python3-dnf-plugin-versionlock, or set drover_hold_runner to false',
    );
  }, 120_000);

  test('is left alone where no package manager knows it', async () => {
    program('dpkg-query', 'exit 1');
    program('rpm', 'exit 1');
    program('dnf', 'exit 1');
    expect(await task('package_hold', { name: 'gitlab-runner' })).toMatchObject({ changed: false, by: '' });
  }, 60_000);
});

describe('Drover’s units', () => {
  /** `systemctl show` with these states, all else noted. */
  const systemctl = (states: Record<string, string>) =>
    program(
      'systemctl',
      [
        '[ "$1" = show ] || { echo "$*" >>$ASKED; exit 0; }',
        ...Object.entries(states).map(([unit, state]) => `printf 'Id=${unit}\\nActiveState=${state}\\n\\n'`),
      ].join('\n'),
    );
  const start = [
    { unit: 'init-runner.service', unless: ['monitor-jobs.service', 'unreg-runner.service'] },
    { unit: 'lifecycle-check.service', unless: ['unreg-runner.service'] },
  ];
  const stopped = { 'monitor-jobs.service': 'inactive', 'unreg-runner.service': 'inactive' };

  test('are started once, without waiting for a launch', async () => {
    systemctl({ ...stopped, 'init-runner.service': 'inactive', 'lifecycle-check.service': 'failed' });
    expect((await task('drover_services', { start }, '--check')).calls).toHaveLength(2);
    expect(asked()).toEqual([]);
    await task('drover_services', { start });
    expect(asked()).toEqual([
      'start --no-block init-runner.service',
      'start --no-block lifecycle-check.service',
    ]);
  }, 60_000);

  test('are left alone where another has gone on from them, also in a drain', async () => {
    systemctl({ ...stopped, 'unreg-runner.service': 'activating', 'init-runner.service': 'inactive' });
    expect(await task('drover_services', { start })).toMatchObject({ changed: false, calls: [] });
  }, 60_000);

  test('are restarted only where they run, and a watcher that was stopped is no failure', async () => {
    systemctl({
      'monitor-jobs.service': 'active',
      'lifecycle-check.service': 'inactive',
      'drover.service': 'active',
    });
    const restart = ['monitor-jobs.service', 'lifecycle-check.service'];
    await task('drover_services', { restart, stop: ['drover.service'] });
    expect(asked()).toEqual([
      'stop drover.service',
      'restart monitor-jobs.service',
      'reset-failed drover.service',
    ]);
  }, 60_000);
});
