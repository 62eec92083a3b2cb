import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { drover } from './drover.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'drover-cli-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const configFile = (content: string | Buffer): string => {
  const path = join(directory, 'config.yml');
  writeFileSync(path, content);
  return path;
};

test.each(['agent', 'init', 'unreg', 'scale-up', 'status'])(
  '%s names a configuration that is missing, and exits with 2 without a stack',
  async (command) => {
    const { exitCode, stderr } = await drover([command, '--config', join(directory, 'none.yml')]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('none.yml cannot be read; there is no such file');
    expect(stderr).not.toMatch(/^\s+at /m);
  },
);

test('a wrong key is named with the right one', async () => {
  const path = configFile(
    'gitlab: {url: "https://gitlab.example.com", apiTokenFil: /etc/token}\nrunners: [{}]\n',
  );
  const { exitCode, stderr } = await drover(['agent', '--config', path]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('apiTokenFil');
  expect(stderr).toContain('apiTokenFile');
});

test('--debug adds the stack', async () => {
  const { stderr } = await drover(['status', '--debug', '--config', join(directory, 'none.yml')]);
  expect(stderr).toMatch(/^\s+at /m);
});

test('--json says the error as the last line of standard output', async () => {
  const { stdout } = await drover(['status', '--json', '--config', join(directory, 'none.yml')]);
  expect(JSON.parse(stdout)).toMatchObject({ event: 'error', exitCode: 2 });
});

test('DROVER_CONFIG names the file where --config does not', async () => {
  const { stderr } = await drover(['status'], { DROVER_CONFIG: join(directory, 'elsewhere.yml') });
  expect(stderr).toContain('elsewhere.yml');
});

test('status without a record is a failure that says what to do', async () => {
  const path = configFile(
    `stateDir: ${directory}/state\ngitlab: {url: "https://gitlab.example.com"}\nrunners: [{tokenEnv: TOKEN}]\n`,
  );
  const { exitCode, stderr } = await drover(['status', '--config', path]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('holds no record');
});

const gitlab = 'gitlab: {url: "https://gitlab.example.com"}';

test.each(['agent', 'init', 'unreg', 'scale-up'])(
  '%s names a token file that is missing, before it touches anything',
  async (command) => {
    const state = join(directory, 'state');
    const path = configFile(`stateDir: ${state}\n${gitlab}\nrunners: [{tokenFile: ${directory}/no-token}]\n`);
    const { exitCode, stderr } = await drover([command, '--config', path]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${directory}/no-token cannot be read; there is no such file`);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(state)).toBe(false);
  },
);

test('a variable that should hold a token and does not is named', async () => {
  const path = configFile(`stateDir: ${directory}/state\n${gitlab}\nrunners: [{tokenEnv: OUR_TOKEN}]\n`);
  expect((await drover(['agent', '--config', path])).stderr).toContain('OUR_TOKEN, which is not set');
  const { exitCode, stderr } = await drover(['agent', '--config', path], { OUR_TOKEN: 'glrt-a glrt-b' });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('OUR_TOKEN (runners[].tokenEnv) must hold one token');
  expect(stderr).not.toContain('glrt-a');
});

test.each([
  ['a directory', (path: string) => mkdirSync(path), 'it is a directory'],
  ['not UTF-8', (path: string) => writeFileSync(path, Buffer.from([0x61, 0xff, 0xfe])), 'is not UTF-8 text'],
  ['not YAML', (path: string) => writeFileSync(path, 'gitlab: {url: ['), 'config.yml'],
  ['empty', (path: string) => writeFileSync(path, ''), 'gitlab'],
])('a configuration that is %s is one clear message', async (_, make, message) => {
  const path = join(directory, 'config.yml');
  make(path);
  const { exitCode, stdout, stderr } = await drover(['agent', '--config', path]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stdout).toBe('');
});

test.each([
  ['below a file', 'config.yml/state'],
  ['where nothing can be made', '/proc/drover/state'],
])('a state directory %s is named with its key', async (_, where) => {
  writeFileSync(join(directory, 'token'), 'glrt-token', { mode: 0o600 });
  const state = where.startsWith('/') ? where : join(directory, where);
  const path = configFile(
    `stateDir: ${state}\nrunDir: ${directory}/run\n${gitlab}\nrunners: [{tokenFile: ${directory}/token}]\n`,
  );
  const { exitCode, stderr } = await drover(['agent', '--config', path]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`stateDir: the directory ${state} cannot be used`);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('sizes of a group that Auto Scaling would refuse are refused, and nothing is started', async () => {
  const refused = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await drover(['sandbox', ...args]);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    return stderr;
  };
  expect(await refused('--min', '5', '--max', '2')).toContain('--min 5 is above --max 2');
  expect(await refused('--desired', '9')).toContain('give 0 to 3');
  expect(await refused('--min', '-1')).toContain('whole number');
});

test.each(['demo', 'sandbox'])('%s names a runner that cannot be executed', async (command) => {
  const path = configFile('not a program');
  for (const [runner, message] of [
    [path, 'may not be executed'],
    [join(directory, 'none'), 'There is no program'],
    [directory, 'is no file'],
  ]) {
    const { exitCode, stdout, stderr } = await drover([command, '--runner', `${runner}`]);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
  }
});

test('with --json wrong usage is the last line of standard output too', async () => {
  const { exitCode, stdout } = await drover(['status', '--json', '--nonsense']);
  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout)).toEqual({
    event: 'error',
    message: expect.stringContaining("unknown option '--nonsense'"),
    exitCode: 2,
  });
});
