import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drover } from '../cli/drover.ts';
import { withWorld } from './with-world.ts';

test(
  'doctor lists every check with a mend for what is wrong, and exits with 1 when a job would be lost',
  () =>
    withWorld(async ({ config, env, unit, sandbox, dir }) => {
      sandbox.autoscaling.resize({ minSize: 0 });
      const well = await drover(['doctor', '--config', config], env, 60_000);
      expect(well.stdout).toMatch(/^advice {2}group {14}min is 0/m);
      expect(well.stdout.split('\n').at(-1)).toMatch(/^\d+ ok, 1 advice, 0 danger, 0 not found out$/);
      expect(Math.max(...well.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
      expect(well).toMatchObject({ exitCode: 0, stderr: '' });

      unit({ LoadState: 'not-found' });
      rmSync(join(dir, 'token'));
      const ill = await drover(['doctor', '--json', '--config', config], env, 60_000);
      expect(ill.exitCode).toBe(1);
      const lines = ill.stdout.split('\n').map((line) => JSON.parse(line));
      expect(lines.at(-1)).toMatchObject({ event: 'summary', danger: expect.any(Number) });
      const dangers = lines.filter(({ level }) => level === 'danger');
      expect(dangers.map(({ check }) => check)).toEqual(expect.arrayContaining(['runner unit', 'tokens']));
      for (const { mend } of dangers) expect(mend).toMatch(/\w/);
      expect(ill.stdout).not.toContain(sandbox.gitlab.apiToken);
    }),
  120_000,
);

test('a configuration that cannot be used is a finding too', async () => {
  const { exitCode, stdout } = await drover(['doctor', '--config', '/nowhere/config.yml']);
  expect(exitCode).toBe(1);
  expect(stdout).toContain('DANGER  configuration');
  expect(stdout).toContain('/nowhere/config.yml cannot be read');
});
