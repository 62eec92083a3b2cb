import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';

const directory = join(packageRoot(), 'systemd');
const units = ['drover-reap.service', 'drover-reap.timer'];
const text = (unit: string) => readFileSync(join(directory, unit), 'utf8');

const { failed } = execaSync('systemd-analyze', ['--version'], { reject: false });
if (failed) console.warn('systemd-analyze is not here: to have the units verified, install Debian’s systemd');

describe('the units that run drover reap', () => {
  test.skipIf(failed && !process.env.CI)('are what systemd takes, without a warning', async () => {
    const paths = units.map((unit) => join(directory, unit));
    const { exitCode, all } = await execa('systemd-analyze', ['verify', '--man=no', ...paths], {
      reject: false,
      all: true,
    });
    expect([exitCode, all]).toEqual([0, '']);
  });

  test('run the command that there is, often enough to see terminated instances', () => {
    expect(text('drover-reap.service')).toMatch(/^ExecStart=\/usr\/bin\/env drover reap --json$/m);
    expect(text('drover-reap.timer')).toMatch(/^OnCalendar=\*:0\/30$/m);
  });

  test('hold no secret and need no privilege', () => {
    expect(text('drover-reap.service')).toMatch(/^CapabilityBoundingSet=$/m);
    expect(units.map(text).join('')).not.toMatch(/token|glrt-|glpat-/i);
  });
});
