import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
