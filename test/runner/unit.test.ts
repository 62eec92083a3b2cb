import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { unitMainPid } from '../../src/runner/unit.ts';

/** A systemctl that answers with what the file says and notes that it was asked. */
const SYSTEMCTL = '#!/bin/sh\necho "$*" >>"$HERE/asked"\ncat "$HERE/answer"\n';

let here: string;
beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), 'drover-unit-'));
  writeFileSync(join(here, 'systemctl'), SYSTEMCTL);
  chmodSync(join(here, 'systemctl'), 0o755);
  writeFileSync(join(here, 'asked'), '');
  vi.stubEnv('HERE', here);
  vi.stubEnv('PATH', `${here}${delimiter}${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(here, { recursive: true, force: true });
});

const answer = (text: string) => writeFileSync(join(here, 'answer'), `${text}\n`);
const asked = () => readFileSync(join(here, 'asked'), 'utf8').split('\n').length - 1;

test('systemd is asked again only when the main process that it named has gone', async () => {
  const main = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(main, 'spawn');
  answer(String(main.pid));
  for (let look = 0; look < 3; look += 1) expect(await unitMainPid('one.service')).toBe(main.pid);
  expect(asked()).toBe(1);
  main.kill('SIGKILL');
  await once(main, 'exit');
  answer('0');
  expect(await unitMainPid('one.service')).toBeNull();
  expect(asked()).toBe(2);
});

test('a unit without a process is asked about each time, so that its start is seen', async () => {
  answer('0');
  expect(await unitMainPid('two.service')).toBeNull();
  answer(String(process.pid));
  expect(await unitMainPid('two.service')).toBe(process.pid);
  expect(await unitMainPid('three.service')).toBe(process.pid);
  expect(asked()).toBe(3);
});

test('an answer that is no number is an error that names the unit', async () => {
  answer('');
  await expect(unitMainPid('four.service')).rejects.toThrow(
    'systemctl show four.service gave nothing as MainPID',
  );
});
