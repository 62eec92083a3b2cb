import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { inWorld, jobsIn, pageOf, sampleOf, until } from './world.ts';

describe.concurrent('a job on gitlab-runner run', () => {
  test(
    'is requested, confirmed, logged and reported in this order',
    inWorld(async (world) => {
      world.configure('concurrent = 2', [world.gitlab.addRunner().token]);
      const runner = await world.run();
      const job = world.gitlab.addJob({ script: ['echo hello', 'sleep 1.5', 'echo bye'] });
      await world.job(job.id, 'success');
      const from = world.log.entries.findIndex(
        (entry) => entry.subject === 'job' && entry.state === 'assigned',
      );
      const calls = world.log.entries
        .slice(from)
        .filter((entry) => entry.kind === 'call' && entry.operation !== 'requestJob');
      expect(calls[0]).toMatchObject({ operation: 'updateJob', status: 200 });
      expect(calls.at(-1)).toMatchObject({ operation: 'patchTrace', status: 202 });
      const log = job.trace.toString();
      const order = [
        'Running with gitlab-runner',
        '$ echo hello',
        '01O hello',
        '$ sleep',
        '01O bye',
        'Job succeeded',
      ];
      expect(order.map((text) => log.indexOf(text))).toEqual(
        order.map((text) => log.indexOf(text)).sort((a, b) => a - b),
      );
      expect(log).toContain('01O bye');
      expect(log.trimEnd().split('\n').at(-1)).toContain('Job succeeded');
      for (const line of log.trimEnd().split('\n'))
        expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z 0[01][OE][ +]/);
      expect(job.finalUpdate).toMatchObject({
        state: 'success',
        output: {
          checksum: `crc32:${crc32(job.trace).toString(16).padStart(8, '0')}`,
          bytesize: job.trace.length,
        },
      });
      runner.kill('SIGQUIT');
      expect((await runner.ended).code).toBe(0);
      expect(world.gitlab.counts()).toMatchObject({ finished: 1, failed: 0, interrupted: 0, lost: 0 });
    }),
  );

  test(
    'that fails reports its exit code',
    inWorld(async (world) => {
      world.configure('concurrent = 1', [world.gitlab.addRunner().token]);
      const runner = await world.run();
      const job = world.gitlab.addJob({ script: ['exit 3', 'echo never'] });
      await world.job(job.id, 'failed');
      expect(job.finalUpdate).toMatchObject({ failure_reason: 'script_failure', exit_code: 3 });
      expect(job.trace.toString()).not.toContain('never');
      await until('the metric', async () =>
        (await pageOf(runner.metricsUrl)).includes(
          'gitlab_runner_failed_jobs_total{failure_reason="script_failure"',
        ),
      );
    }),
  );

  test(
    'sees its own variables, PATH, HOME and CI_ values, and nothing of the runner',
    inWorld(async (world) => {
      world.configure(
        'concurrent = 1',
        [world.gitlab.addRunner().token],
        'environment = ["FROM_SECTION=yes"]',
      );
      await world.run({ AWS_SECRET_ACCESS_KEY: 'planted', DROVER_RUN: '/run/x', CI_SERVER_TOKEN: 'planted' });
      const job = world.gitlab.addJob({
        script: ['env -0 | tr "\\0" "\\n" | cut -d= -f1'],
        variables: { MINE: '1' },
      });
      await world.job(job.id, 'success');
      const names = [...job.trace.toString().matchAll(/01O ([A-Z_a-z]+)\n/g)].map(([, name]) => name ?? '');
      expect(names).toEqual(
        expect.arrayContaining(['MINE', 'FROM_SECTION', 'PATH', 'HOME', 'CI_JOB_ID', 'CI_PROJECT_DIR']),
      );
      const others = names.filter((name) => !name.startsWith('CI_') && name !== 'CI');
      const known = ['MINE', 'FROM_SECTION', 'GIT_STRATEGY', 'PATH', 'HOME', 'PWD', 'OLDPWD', 'SHLVL', '_'];
      expect(others.filter((name) => !known.includes(name))).toEqual([]);
      expect(names).not.toContain('CI_SERVER_TOKEN');
      expect(job.trace.toString()).not.toContain('planted');
    }),
  );

  test(
    'is invisible until PUT running is answered, while request_concurrency is 1',
    inWorld(async (world) => {
      world.configure('concurrent = 2', [world.gitlab.addRunner().token]);
      const runner = await world.run();
      world.faults.add({ service: 'gitlab', operation: 'updateJob', kind: 'slow', delayMs: 1_200, times: 1 });
      const job = world.gitlab.addJob({ script: ['sleep 30'] });
      await world.job(job.id, 'running');
      const inside = await pageOf(runner.metricsUrl);
      expect(jobsIn(inside)).toBe(0);
      expect(sampleOf(inside, 'gitlab_runner_request_concurrency{')).toBe(1);
      const list = () => pageOf(runner.metricsUrl.replace('/metrics', '/debug/jobs/list'));
      expect(await list()).toBe('');
      await until('the job in the metrics', async () => jobsIn(await pageOf(runner.metricsUrl)) === 1);
      expect(await list()).toMatch(
        new RegExp(
          `^url=\\S+/-/jobs/${job.id} state=running stage=step_script executor_stage=prepare duration=[\\d.]+s\\n$`,
        ),
      );
    }),
  );

  test(
    'whose PUT running is refused is dropped without another call',
    inWorld(async (world) => {
      world.configure('concurrent = 1', [world.gitlab.addRunner().token]);
      const runner = await world.run();
      world.faults.add({ service: 'gitlab', operation: 'updateJob', kind: 'error', status: 403, times: 1 });
      const job = world.gitlab.addJob({ script: ['echo hi'] });
      await world.job(job.id, 'assigned');
      const polls = world.calls('requestJob').length;
      await until('two more polls', () => world.calls('requestJob').length >= polls + 2);
      expect(world.calls('updateJob').map(({ status }) => status)).toEqual([403]);
      expect(world.calls('patchTrace')).toEqual([]);
      expect(sampleOf(await pageOf(runner.metricsUrl), 'gitlab_runner_jobs_total{')).toBe(0);
    }),
  );

  test(
    'that GitLab cancels is killed at the next update',
    inWorld(async (world) => {
      world.configure('concurrent = 1', [world.gitlab.addRunner().token]);
      await world.run();
      const job = world.gitlab.addJob({ script: ['for i in $(seq 100); do echo $i; sleep 0.2; done'] });
      await world.job(job.id, 'running');
      job.control = 'canceled';
      await world.job(job.id, 'failed');
      expect(job.failureReason).toBe('job_canceled');
      expect(job.trace.toString()).not.toContain('cleanup_file_variables');
    }),
  );

  test(
    'that is over in time and beyond its timeout fails with that reason',
    inWorld(async (world) => {
      world.configure('concurrent = 1', [world.gitlab.addRunner().token]);
      await world.run();
      const job = world.gitlab.addJob({ script: ['sleep 60'], timeout: 1 });
      await world.job(job.id, 'failed');
      expect(job.failureReason).toBe('job_execution_timeout');
    }),
  );
});

describe.concurrent('polling', () => {
  test(
    'follows check_interval, goes on at once after a job, and rests while all workers are busy',
    inWorld(async (world) => {
      world.configure('concurrent = 2', [world.gitlab.addRunner().token]);
      const runner = await world.run();
      const script = ['while true; do echo on; sleep 0.5; done'];
      const jobs = [1, 2, 3].map(() => world.gitlab.addJob({ script }));
      await until('two jobs', async () => jobsIn(await pageOf(runner.metricsUrl)) === 2);
      const taken = world.log.entries.filter(
        (entry) => entry.subject === 'job' && entry.state === 'assigned',
      );
      expect((taken[1]?.at ?? 0) - (taken[0]?.at ?? 0)).toBeLessThan(700);
      const polls = world.calls('requestJob').length;
      const patches = world.calls('patchTrace').length;
      await until('six more log updates', () => world.calls('patchTrace').length >= patches + 6);
      expect(world.calls('requestJob')).toHaveLength(polls);
      expect(jobs[2]?.state).toBe('pending');
    }),
  );

  test(
    'keeps to the limit of a section',
    inWorld(async (world) => {
      world.configure('concurrent = 5', [world.gitlab.addRunner().token], 'limit = 1');
      const runner = await world.run();
      for (const _ of [1, 2]) world.gitlab.addJob({ script: ['sleep 60'] });
      await until('one job', async () => jobsIn(await pageOf(runner.metricsUrl)) === 1);
      expect(sampleOf(await pageOf(runner.metricsUrl), 'gitlab_runner_limit{')).toBe(1);
      const polls = world.calls('requestJob').length;
      const feeds = async () =>
        sampleOf(await pageOf(runner.metricsUrl), 'gitlab_runner_worker_feeds_total{') ?? 0;
      const before = await feeds();
      await until('two more turns', async () => (await feeds()) >= before + 2);
      expect(world.calls('requestJob')).toHaveLength(polls);
    }),
  );

  test(
    'tries 429 and 5xx again as Retry-After says, and does not count that as unhealthy',
    inWorld(async (world) => {
      world.faults.add({
        service: 'gitlab',
        operation: 'requestJob',
        kind: 'throttle',
        retryAfter: 1,
        times: 2,
      });
      world.configure('concurrent = 1', [world.gitlab.addRunner().token]);
      const runner = await world.run();
      await until('an answer', () => world.calls('requestJob').some(({ status }) => status === 204));
      const [first, second, third] = world.calls('requestJob');
      for (const gap of [(second?.at ?? 0) - (first?.at ?? 0), (third?.at ?? 0) - (second?.at ?? 0)])
        expect(gap).toBeGreaterThanOrEqual(990);
      const page = await pageOf(runner.metricsUrl);
      expect(sampleOf(page, 'gitlab_runner_worker_health_check_failures_total{')).toBe(0);
      expect(page).not.toContain('status="429"');
    }),
  );

  test(
    'ends after three refusals, and begins again after a reload',
    inWorld(async (world) => {
      const remove = world.faults.add({
        service: 'gitlab',
        operation: 'requestJob',
        kind: 'error',
        status: 403,
      });
      world.configure('concurrent = 1', [world.gitlab.addRunner().token]);
      const runner = await world.run();
      await until('three refusals', async () => {
        const page = await pageOf(runner.metricsUrl);
        return (sampleOf(page, 'gitlab_runner_worker_feed_failures_total{') ?? 0) > 0;
      });
      expect(world.calls('requestJob')).toHaveLength(3);
      remove();
      runner.kill('SIGHUP');
      await until('a poll', () => world.calls('requestJob').length > 3);
    }),
  );
});
