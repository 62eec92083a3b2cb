import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openerAt } from '../../src/cli/open-page.ts';
import { packageRoot } from '../../src/config.ts';

test.each([
  ['a Linux desktop', 'linux', { DISPLAY: ':0' }, true, 'xdg-open'],
  ['a Wayland desktop', 'linux', { WAYLAND_DISPLAY: 'wayland-0' }, true, 'xdg-open'],
  ['a Mac', 'darwin', {}, true, 'open'],
  ['a server', 'linux', {}, true, null],
  ['a machine elsewhere', 'darwin', { SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' }, true, null],
  ['CI', 'linux', { CI: 'true', DISPLAY: ':0' }, true, null],
  ['a pipe', 'linux', { DISPLAY: ':0' }, false, null],
] as const)('on %s the status page is opened by what is there', (_, platform, env, isTerminal, opener) => {
  expect(openerAt({ platform, env, isTerminal })).toBe(opener);
});

/** `drover sandbox` in a terminal of its own, at a desktop whose browser writes down what it is asked for. */
async function atDesktop(judge: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-desktop-'));
  const browser = join(dir, 'xdg-open');
  writeFileSync(
    browser,
    `#!/bin/sh\necho "$1" >"${dir}/opened.part"\nmv "${dir}/opened.part" "${dir}/opened"\n`,
  );
  chmodSync(browser, 0o755);
  const { CI: _, SSH_CONNECTION: __, ...env } = process.env;
  const command = `exec node ${join(packageRoot(), 'bin', 'drover.js')} sandbox --desired 0`;
  const terminal = spawn('script', ['--quiet', '--flush', '--command', command, join(dir, 'printed')], {
    env: { ...env, PATH: `${dir}:${env.PATH}`, DISPLAY: ':0' },
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => terminal.once('exit', resolve));
  try {
    const printed = () => existsSync(join(dir, 'printed')) && readFileSync(join(dir, 'printed'), 'utf8');
    await vi.waitUntil(() => /Ctrl-C ends it/.test(printed() || ''), { timeout: 60_000 });
    await judge(dir);
  } finally {
    terminal.kill('SIGTERM');
    await ended;
    rmSync(dir, { recursive: true, force: true });
  }
}

test('the sandbox opens its page for a person at a desktop', async () => {
  await atDesktop(async (dir) => {
    await vi.waitUntil(() => existsSync(join(dir, 'opened')), { timeout: 30_000 });
    const url = readFileSync(join(dir, 'opened'), 'utf8').trim();
    expect(readFileSync(join(dir, 'printed'), 'utf8')).toContain(`status page              ${url}`);
  });
});
