import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const register = (token: string, ...more: string[]) =>
  world.command(
    'register',
    '--non-interactive',
    '--url',
    world.gitlab.url,
    '--token',
    token,
    '--executor=shell',
    '--name=demo',
    ...more,
  );
const fail = (operation: string, status: number, times?: number) =>
  world.faults.add({ service: 'gitlab', operation, kind: 'error', status, ...(times ? { times } : {}) });
const sections = () => (parse(world.readConfig()).runners ?? []) as Record<string, unknown>[];

describe('gitlab-runner register', () => {
  test('writes a section and creates the runner manager, with private files', async () => {
    const runner = world.gitlab.addRunner();
    expect((await register(runner.token)).code).toBe(0);
    expect(parse(world.readConfig())).toMatchObject({
      concurrent: 1,
      check_interval: 0,
      shutdown_timeout: 0,
      session_server: { session_timeout: 1800 },
      runners: [
        { name: 'demo', url: world.gitlab.url, id: runner.id, token: runner.token, executor: 'shell' },
      ],
    });
    const id = readFileSync(join(world.dir, 'etc', '.runner_system_id'), 'utf8');
    expect(id).toMatch(/^s_[0-9a-f]{12}$/);
    expect([...runner.managers.keys()]).toEqual([id]);
    expect(statSync(world.configFile).mode & 0o777).toBe(0o600);
    expect(statSync(join(world.dir, 'etc', '.runner_system_id')).mode & 0o777).toBe(0o600);
  });

  test('twice makes two sections', async () => {
    const { token } = world.gitlab.addRunner();
    await register(token);
    expect((await register(token)).code).toBe(0);
    expect(sections()).toHaveLength(2);
  });

  test('with a refused token exits 1 and writes no file', async () => {
    const { code, stderr } = await register('glrt-t1_unknown-unknown');
    expect(code).toBe(1);
    expect(stderr).not.toContain('unknown-unknown');
    expect(() => world.readConfig()).toThrow(/ENOENT/);
  });

  test('tries a failing server five times, then exits 1', async () => {
    fail('verifyRunner', 500);
    expect((await register(world.gitlab.addRunner().token)).code).toBe(1);
    expect(world.calls('verifyRunner')).toHaveLength(5);
  });

  test('refuses settings that live in GitLab, without a call', async () => {
    const { token } = world.gitlab.addRunner();
    expect((await register(token, '--tag-list', 'a')).code).toBe(1);
    expect((await register(token, '--locked=false')).code).toBe(1);
    expect(world.calls()).toEqual([]);
    expect((await register(token, '--locked', '--run-untagged=false')).code).toBe(0);
  });

  test('with a registration token is gone (410)', async () => {
    const { url } = world.gitlab;
    const args = ['--non-interactive', '--url', url, '--registration-token', 'old', '--executor', 'shell'];
    expect((await world.command('register', ...args)).code).toBe(1);
    expect(world.calls('registerRunner').map(({ status }) => status)).toEqual([410]);
  });
});

describe('gitlab-runner unregister', () => {
  test('by name removes this manager and the section; the runner stays', async () => {
    const runner = world.gitlab.addRunner();
    await register(runner.token);
    expect((await world.command('unregister', '--name', 'demo')).code).toBe(0);
    expect(runner.managers.size).toBe(0);
    expect(world.gitlab.runners).toContain(runner);
    expect(sections()).toEqual([]);
    expect(world.calls('deleteRunner')).toEqual([]);
  });

  test.each([403, 404, 400])(
    'refused with %i: by token exit 1, all runners exit 0, file untouched',
    async (status) => {
      const { token } = world.gitlab.addRunner();
      world.configure('concurrent = 2', [token]);
      const before = world.readConfig();
      fail('deleteManager', status);
      expect((await world.command('unregister', '--token', token, '--url', world.gitlab.url)).code).toBe(1);
      expect((await world.command('unregister', '--all-runners')).code).toBe(0);
      expect(world.readConfig()).toBe(before);
      expect(world.calls('deleteManager')).toHaveLength(2);
    },
  );

  test('all runners goes on after one that fails', async () => {
    const [first, second] = [world.gitlab.addRunner(), world.gitlab.addRunner()];
    world.configure('concurrent = 7', [first.token, second.token]);
    await world.command('verify');
    world.gitlab.deleteRunner(first.id);
    expect((await world.command('unregister', '--all-runners')).code).toBe(0);
    expect(second.managers.size).toBe(0);
    expect(sections().map(({ token }) => token)).toEqual([first.token]);
    expect(parse(world.readConfig()).concurrent).toBe(7);
  });

  test('of an unknown token or name exits 1 without a call', async () => {
    world.configure('', []);
    expect((await world.command('unregister', '--name', 'nobody')).code).toBe(1);
    expect((await world.command('unregister', '--all-runners')).code).toBe(0);
    expect(world.calls()).toEqual([]);
  });
});

describe('gitlab-runner verify', () => {
  test('only a refused token counts as dead', async () => {
    const runner = world.gitlab.addRunner();
    world.configure('', [runner.token]);
    expect((await world.command('verify')).code).toBe(0);
    fail('verifyRunner', 500, 5);
    expect((await world.command('verify')).code).toBe(0);
    world.gitlab.deleteRunner(runner.id);
    expect((await world.command('verify')).code).toBe(1);
    expect(sections()).toHaveLength(1);
    expect((await world.command('verify', '--delete')).code).toBe(0);
    expect(sections()).toEqual([]);
  });
});
