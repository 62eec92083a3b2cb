import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inWorld, jobsIn, pageOf, sampleOf, until } from './world.ts';

describe.concurrent('the configuration of a running gitlab-runner', () => {
  test(
    'is taken up without a signal; a bad file is counted and changes nothing',
    inWorld(async (world) => {
      const { token } = world.gitlab.addRunner();
      world.configure('concurrent = 2', [token]);
      const runner = await world.run();
      const concurrent = async () => sampleOf(await pageOf(runner.metricsUrl), 'gitlab_runner_concurrent ');
      world.configure('concurrent = 3', [token]);
      await until('3', async () => (await concurrent()) === 3);
      writeFileSync(world.configFile, 'concurrent = = 9');
      runner.kill('SIGHUP');
      await until('the error', async () => {
        const page = await pageOf(runner.metricsUrl);
        return (sampleOf(page, 'gitlab_runner_configuration_loading_error_total ') ?? 0) > 0;
      });
      expect(await concurrent()).toBe(3);
    }),
  );

  test(
    'with concurrent below one ends the process with 1, and at the start too',
    inWorld(async (world) => {
      const { token } = world.gitlab.addRunner();
      world.configure('concurrent = 1', [token]);
      const runner = await world.run();
      world.configure('concurrent = 0', [token]);
      runner.kill('SIGHUP');
      expect((await runner.ended).code).toBe(1);
      expect((await world.command('run')).code).toBe(1);
    }),
  );

  test(
    'shows a lowered concurrent at once, and gives up a busy worker only when it is free',
    inWorld(async (world) => {
      const { token } = world.gitlab.addRunner();
      world.configure('concurrent = 2', [token]);
      const runner = await world.run();
      for (const script of ['sleep 2', 'sleep 60']) world.gitlab.addJob({ script: [script] });
      await until('two jobs', async () => jobsIn(await pageOf(runner.metricsUrl)) === 2);
      world.configure('concurrent = 1', [token]);
      runner.kill('SIGHUP');
      await until(
        '1',
        async () => sampleOf(await pageOf(runner.metricsUrl), 'gitlab_runner_concurrent ') === 1,
      );
      const page = await pageOf(runner.metricsUrl);
      expect([jobsIn(page), sampleOf(page, 'gitlab_runner_worker_slots_number ')]).toEqual([2, 2]);
      await until('one slot', async () => {
        const later = await pageOf(runner.metricsUrl);
        return sampleOf(later, 'gitlab_runner_worker_slots_number ') === 1 && jobsIn(later) === 1;
      });
    }),
  );

  test(
    'without a section pauses polling and leaves running jobs alone',
    inWorld(async (world) => {
      const { token } = world.gitlab.addRunner();
      world.configure('concurrent = 2', [token]);
      const runner = await world.run();
      const job = world.gitlab.addJob({ script: ['sleep 3'] });
      await world.job(job.id, 'running');
      world.configure('concurrent = 2', []);
      runner.kill('SIGHUP');
      await until(
        'no limit',
        async () => !(await pageOf(runner.metricsUrl)).includes('gitlab_runner_limit{'),
      );
      const page = await pageOf(runner.metricsUrl);
      expect([jobsIn(page), sampleOf(page, 'gitlab_runner_concurrent ')]).toEqual([1, 2]);
      const polls = world.calls('requestJob').length;
      await world.job(job.id, 'success');
      expect(world.calls('requestJob')).toHaveLength(polls);
      world.configure('concurrent = 2', [token]);
      runner.kill('SIGHUP');
      await until('a poll', () => world.calls('requestJob').length > polls);
    }),
  );

  test(
    'gets a new token when three quarters of its life have passed',
    inWorld(async (world) => {
      const record = world.gitlab.addRunner({ tokenLifetime: 3_600_000 });
      const { token } = record;
      expect(
        (
          await world.command(
            'register',
            '-n',
            '--url',
            world.gitlab.url,
            '--token',
            token,
            '--executor',
            'shell',
          )
        ).code,
      ).toBe(0);
      // As if it had been registered long ago: of its whole life there is one hour left.
      const config = world.readConfig();
      expect(config).toMatch(/token_obtained_at = /);
      const longAgo = config.replace(/(token_obtained_at = ).*/, '$12020-01-01T00:00:00Z');
      writeFileSync(world.configFile, longAgo, { mode: 0o600 });
      await world.run();
      await until('another token', () => record.token !== token && world.readConfig().includes(record.token));
      expect(world.readConfig()).not.toContain(token);
    }),
  );
});

describe('the metrics address', () => {
  test(
    'that is taken is fatal',
    inWorld(async (world) => {
      world.configure('concurrent = 1', []);
      const first = await world.run();
      const address = new URL(first.metricsUrl).host;
      const { code, stderr } = await world.command('run', '--listen-address', address);
      expect(code).toBe(1);
      expect(stderr).toContain('Failed to create listener for metrics server');
    }),
  );

  test(
    'answers GET and HEAD, and tells the state',
    inWorld(async (world) => {
      world.configure('concurrent = 1', []);
      const { metricsUrl } = await world.run();
      expect((await fetch(metricsUrl, { method: 'POST' })).status).toBe(405);
      expect((await fetch(metricsUrl, { method: 'HEAD' })).status).toBe(200);
      expect(await pageOf(metricsUrl.replace('/metrics', '/debug/process/state'))).toBe('running\n');
      expect(await pageOf(metricsUrl.replace('/metrics', '/health/ready'))).toBe('ready\n');
      expect((await fetch(metricsUrl.replace('/metrics', '/'))).status).toBe(404);
    }),
  );
});
