import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemIdOf } from '../../src/reap/identity.ts';
import { drover } from '../cli/drover.ts';
import { type ReapWorld, reapWorld } from './world.ts';

let world: ReapWorld;
beforeEach(async () => {
  world = await reapWorld();
});
afterEach(() => world.close());

const run = (args: string[], env: Record<string, string> = {}) =>
  drover(['reap', '--config', join(world.dir, 'config.yml'), ...args], {
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
    ...env,
  });
const lines = (stdout: string) => stdout.split('\n').map((line) => JSON.parse(line));

describe('drover reap', () => {
  test('tells people what it removed, and shows no token', async () => {
    const [gone = ''] = world.ids;
    await world.contact(world.shared, gone);
    world.sandbox.autoscaling.terminate(gone, true);
    const checked = await run(['--check', '--group', 'runners']);
    expect(checked).toMatchObject({ exitCode: 0, stderr: '' });
    expect(checked.stdout).toContain(`would remove  manager ${systemIdOf(gone)}`);
    expect(checked.stdout).toContain('checked, nothing changed');
    expect((await run(['--dry-run', '--group', 'runners'])).stdout).toBe(checked.stdout);
    const { exitCode, stdout, stderr } = await run(['--group', 'runners']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`removed       manager ${systemIdOf(gone)}`);
    expect(stdout).toContain(`EC2 says ${gone} is terminated`);
    expect(stdout).toContain('removed 0 runners and 1 managers, completed 0 hooks');
    for (const secret of [world.shared.token, world.sandbox.gitlab.apiToken]) {
      expect(checked.stdout + stdout).not.toContain(secret);
    }
  }, 30_000);

  test('with --json ends with the summary, and exits with 1 when something is left', async () => {
    const [gone = ''] = world.ids;
    await world.contact(world.sandbox.gitlab.addRunner({ description: 'foreign' }), gone);
    world.sandbox.autoscaling.terminate(gone, true);
    const { exitCode, stdout, stderr } = await run(['--json', '--group', 'runners']);
    expect([exitCode, stderr]).toEqual([1, '']);
    const events = lines(stdout);
    expect(events.map(({ event }) => event)).toEqual(['looked', 'manager', 'summary']);
    expect(events.at(-1)).toMatchObject({ removed: { managers: 0 }, left: 1 });
  }, 30_000);

  test('on an instance takes its region and its group from the metadata', async () => {
    const [gone = '', here = ''] = world.ids;
    await world.contact(world.shared, gone);
    world.sandbox.autoscaling.terminate(gone, true);
    const { exitCode, stdout } = await run(['--json'], {
      DROVER_METADATA_ENDPOINT: world.sandbox.instances.get(here)?.metadataUrl ?? '',
    });
    expect(exitCode).toBe(0);
    const events = lines(stdout);
    expect(events.filter(({ event }) => event === 'note')).toEqual([]);
    expect(events.at(-1)).toMatchObject({ removed: { managers: 1 }, left: 0 });
    const asked = world.sandbox.log.entries.filter(
      ({ operation }) => operation === 'DescribeScalingActivities',
    );
    expect(asked.map(({ params }) => params)).toEqual([
      expect.objectContaining({ AutoScalingGroupName: 'runners' }),
    ]);
  }, 30_000);

  test('without a token for GitLab’s API says which setting it needs, and asks nobody anything', async () => {
    const { writeFileSync } = await import('node:fs');
    writeFileSync(
      join(world.dir, 'config.yml'),
      'gitlab: {url: "http://127.0.0.1:9"}\nrunners: [{tokenEnv: T}]\n',
    );
    const { exitCode, stderr } = await run([]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('reap needs gitlab.apiTokenFile');
  });

  test('outside EC2 and without a region says how to name one', async () => {
    const { readFileSync, writeFileSync } = await import('node:fs');
    const path = join(world.dir, 'config.yml');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/ +region: .*\n/, ''));
    const { exitCode, stderr } = await run([]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('set autoscaling.region, or AWS_REGION');
  });
});
