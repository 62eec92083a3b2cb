import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { drover, startDrover } from '../cli/drover.ts';

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

test('the demo tells the whole story, loses nothing, and ends with the summary', async () => {
  const { exitCode, stdout, stderr } = await drover(['demo', '--json'], { TMPDIR }, 190_000);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  const lines = stdout.split('\n').map((line) => JSON.parse(line));
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
  expect(processesThatName(TMPDIR)).toEqual([]);
  expect(readdirSync(TMPDIR).filter((name) => name.startsWith('drover-'))).toEqual([]);
}, 200_000);

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
