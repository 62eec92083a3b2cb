import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { forceStop, stopIntake } from '../../src/effects/runner-signals.ts';
import { readRegistered } from '../../src/runner/config-file.ts';
import { portOwner } from '../../src/runner/port-owner.ts';
import { findRunner } from '../../src/runner/process.ts';
import { type FakeRunner, isAlive, startFakeRunner } from '../support/fake-runner.ts';

let runner: FakeRunner;
beforeEach(async () => {
  runner = await startFakeRunner();
});
afterEach(() => runner.close());

describe('the runner of the pid file', () => {
  test('is found while it lives', async () => {
    expect(await findRunner(runner.settings)).toBe(runner.pid);
    process.kill(runner.pid, 'SIGKILL');
    await runner.exited;
    expect(await findRunner(runner.settings)).toBeNull();
  });

  test('is none when the pid belongs to another program by now', async () => {
    writeFileSync(runner.settings.pidFile, String(process.pid));
    expect(await findRunner(runner.settings)).toBeNull();
  });

  test('is none when it has another configuration', async () => {
    expect(await findRunner({ ...runner.settings, configFile: '/etc/gitlab-runner/config.toml' })).toBeNull();
  });

  test.each(['', 'x', '-1', '0', '1', '99999999'])('is none when the file says %j', async (content) => {
    writeFileSync(runner.settings.pidFile, content);
    expect(await findRunner(runner.settings)).toBeNull();
  });

  test('is none without the file', async () => {
    expect(await findRunner({ ...runner.settings, pidFile: '/nonexistent/pid' })).toBeNull();
  });
});

describe('signals', () => {
  test('stopping the intake sends SIGQUIT, forcing sends SIGTERM, and neither touches the job', async () => {
    await stopIntake(runner.settings);
    await expect.poll(runner.output).toContain('SIGQUIT');
    await forceStop(runner.settings, 'SIGTERM');
    await expect.poll(runner.output).toContain('SIGTERM');
    expect(isAlive(runner.jobPid)).toBe(true);
  });

  test('SIGKILL ends the runner and its job', async () => {
    await forceStop(runner.settings, 'SIGKILL');
    await expect.poll(() => isAlive(runner.pid) || isAlive(runner.jobPid)).toBe(false);
  });

  test('go to nobody when the runner is gone', async () => {
    writeFileSync(runner.settings.pidFile, String(process.pid));
    await stopIntake(runner.settings);
    await forceStop(runner.settings, 'SIGKILL');
    expect(runner.output()).not.toContain('SIG');
  });
});

test('only sections with a token are registered runners', async () => {
  expect(await readRegistered(runner.settings.configFile)).toEqual([{ id: 7, name: 'i-1', url: 'http://x' }]);
  writeFileSync(runner.settings.configFile, '[[runners');
  expect(await readRegistered(runner.settings.configFile)).toEqual([]);
});

test('the owner of a port is told from others', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(portOwner(process.pid, port)).toBe('owned');
  expect(portOwner(runner.pid, port)).toBe('foreign');
  expect(portOwner(99_999_999, port)).toBe('unknown');
  server.close();
});

test('a port that another process has at another address is nobody’s alone', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const script = `require('net').createServer().listen(${port}, '127.0.0.2', () => console.log('listening'))`;
  const other = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(other.stdout, 'data');
  expect(portOwner(process.pid, port)).toBe('foreign');
  const ended = once(other, 'exit');
  other.kill();
  await ended;
  expect(portOwner(process.pid, port)).toBe('owned');
  server.close();
});
