import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startDrover } from '../cli/drover.ts';

let TMPDIR: string;
beforeEach(() => {
  TMPDIR = mkdtempSync(join(tmpdir(), 'drover-test-'));
});
afterEach(() => rmSync(TMPDIR, { recursive: true, force: true }));

/** Command lines of the processes that name `text`. */
const processesThatName = (text: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(text) ? [line] : [];
      } catch {
        return [];
      }
    });

test('Ctrl-C during a playbook ends the demo, and leaves neither process nor file', async () => {
  const demo = startDrover(['demo', '--json'], { TMPDIR }, 60_000);
  await new Promise<void>((resolve) => {
    let seen = '';
    demo.stdout.on('data', (chunk) => {
      seen += chunk;
      if (seen.includes('"to":"launching.registering"')) resolve();
    });
  });
  demo.kill('SIGINT');
  const { exitCode } = await demo;
  expect(exitCode).toBe(130);
  expect(processesThatName(TMPDIR)).toEqual([]);
  expect(readdirSync(TMPDIR).filter((name) => name.startsWith('drover-'))).toEqual([]);
}, 70_000);

test('when nobody reads the output any more, the demo ends and cleans up', async () => {
  const demo = startDrover(['demo'], { TMPDIR }, 60_000);
  await new Promise((resolve) => demo.stdout.once('data', resolve));
  demo.stdout.destroy();
  const { exitCode } = await demo;
  expect(exitCode).toBe(141);
  expect(processesThatName(TMPDIR)).toEqual([]);
}, 70_000);

test('the sandbox runs another gitlab-runner where one is named, and it is that one which serves', async () => {
  const runner = join(TMPDIR, 'another-runner');
  const own = join(import.meta.dirname, '..', '..', 'sandbox', 'bin', 'gitlab-runner');
  writeFileSync(runner, `#!/bin/sh\necho "$1" >> "${TMPDIR}/asked"\nexec "${own}" "$@"\n`, { mode: 0o755 });
  const sandbox = startDrover(['sandbox', '--agents', '--json', '--runner', runner], { TMPDIR }, 60_000);
  await new Promise<void>((resolve) => {
    let seen = '';
    sandbox.stdout.on('data', (chunk) => {
      seen += chunk;
      if (seen.includes('"state":"InService"')) resolve();
    });
    sandbox.once('exit', () => resolve());
  });
  expect(readFileSync(join(TMPDIR, 'asked'), 'utf8').split('\n')).toContain('run');
  sandbox.kill('SIGINT');
  const { exitCode } = await sandbox;
  expect(exitCode).toBe(0);
  expect(processesThatName(TMPDIR)).toEqual([]);
}, 70_000);

test('a sandbox with --page off has no status page', async () => {
  const sandbox = startDrover(['sandbox', '--desired', '0', '--page', 'off', '--json'], { TMPDIR }, 60_000);
  const first = await new Promise<string>((resolve) => {
    let seen = '';
    sandbox.stdout.on('data', (chunk) => {
      seen += chunk;
      if (seen.includes('\n')) resolve(seen.slice(0, seen.indexOf('\n')));
    });
    void sandbox.then(({ stderr }) => resolve(stderr));
  });
  sandbox.kill('SIGTERM');
  await sandbox;
  expect(JSON.parse(first)).toMatchObject({ event: 'started', pageUrl: null, awsUrl: expect.any(String) });
}, 70_000);
