import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inWorld, jobsIn, pageOf, type RunningRunner, until, type World } from './world.ts';

/** A running runner with one running job. */
async function withJob(
  world: World,
  script: string[],
  globals = '',
): Promise<{ runner: RunningRunner; id: number }> {
  world.configure(`concurrent = 2\n${globals}`, [world.gitlab.addRunner().token]);
  const runner = await world.run();
  const { id } = world.gitlab.addJob({ script });
  await until('the job in the metrics', async () =>
    /gitlab_runner_jobs\{[^}]*stage="step_script"/.test(await pageOf(runner.metricsUrl)),
  );
  return { runner, id };
}

const jobOf = (world: World, id: number) => world.gitlab.jobs.find((job) => job.id === id);

describe.concurrent('SIGQUIT', () => {
  test(
    'ends an idle runner with 0',
    inWorld(async (world) => {
      world.configure('concurrent = 2', [world.gitlab.addRunner().token]);
      const runner = await world.run();
      await until('a poll', () => world.calls('requestJob').length > 0);
      runner.kill('SIGQUIT');
      expect((await runner.ended).code).toBe(0);
    }),
  );

  test(
    'breaks off a held jobs/request',
    inWorld(
      async (world) => {
        world.configure('concurrent = 2', [world.gitlab.addRunner().token]);
        const runner = await world.run();
        await until('request_concurrency 1', async () =>
          (await pageOf(runner.metricsUrl)).includes('gitlab_runner_jobs{executor_stage="idle"'),
        );
        runner.kill('SIGQUIT');
        expect((await runner.ended).code).toBe(0);
        const job = world.gitlab.addJob({ script: ['true'] });
        expect(job.state).toBe('pending');
      },
      { longPoll: 20_000 },
    ),
  );

  test(
    'twice lets the job finish, polls no more, and never shows zero jobs',
    inWorld(async (world) => {
      const { runner, id } = await withJob(world, ['sleep 2', 'echo finished']);
      const waiting = world.gitlab.addJob({ script: ['true'] });
      await until('the second job', () => waiting.state === 'success');
      runner.kill('SIGQUIT');
      await until('the state', async () =>
        (await pageOf(runner.metricsUrl)).includes('process_state_info{state="graceful-shutdown"} 1'),
      );
      const polls = world.calls('requestJob').length;
      runner.kill('SIGQUIT');
      const seen: number[] = [];
      for (;;) {
        const page = await pageOf(runner.metricsUrl).catch(() => null);
        if (page === null) break;
        seen.push(jobsIn(page));
      }
      expect((await runner.ended).code).toBe(0);
      expect(new Set(seen)).toEqual(new Set([1]));
      expect(jobOf(world, id)?.state).toBe('success');
      expect(world.calls('requestJob')).toHaveLength(polls);
    }),
  );

  test(
    'inside the invisible window loses no job',
    inWorld(async (world) => {
      world.configure('concurrent = 1', [world.gitlab.addRunner().token]);
      const runner = await world.run();
      world.faults.add({ service: 'gitlab', operation: 'updateJob', kind: 'slow', delayMs: 800, times: 1 });
      const job = world.gitlab.addJob({ script: ['echo ok'] });
      await world.job(job.id, 'running');
      runner.kill('SIGQUIT');
      expect((await runner.ended).code).toBe(0);
      expect(job.state).toBe('success');
    }),
  );

  test(
    'then SIGTERM aborts the job',
    inWorld(async (world) => {
      const { runner, id } = await withJob(world, ['sleep 60']);
      runner.kill('SIGQUIT');
      await until('the state', async () => (await pageOf(runner.metricsUrl)).includes('graceful-shutdown'));
      runner.kill('SIGTERM');
      expect((await runner.ended).code).toBe(0);
      expect(jobOf(world, id)?.failureReason).toBe('runner_interrupted');
    }),
  );
});

describe.concurrent('SIGTERM', () => {
  test(
    'reports the job as interrupted and ends with 0',
    inWorld(async (world) => {
      const { runner, id } = await withJob(world, ['sleep 60']);
      runner.kill('SIGTERM');
      expect((await runner.ended).code).toBe(0);
      const job = jobOf(world, id);
      expect(job?.finalUpdate).toMatchObject({ state: 'failed', failure_reason: 'runner_interrupted' });
      expect(job?.finalUpdate).not.toHaveProperty('exit_code');
      expect(job?.trace.toString()).toContain('Job failed: aborted: terminated');
      expect(world.gitlab.counts()).toMatchObject({ interrupted: 1, lost: 0 });
    }),
  );

  test(
    'gives a stubborn script shutdown_timeout, then ends with 1 and leaves the job unreported',
    inWorld(async (world) => {
      const trapped = join(world.dir, 'trapped');
      const script = ["trap '' TERM", `touch ${trapped}`, 'for i in $(seq 12); do sleep 0.5 || true; done'];
      const { runner, id } = await withJob(world, script, 'shutdown_timeout = 3');
      await until('the trap', async () => existsSync(trapped));
      runner.kill('SIGTERM');
      await until('the job as terminated', async () =>
        (await pageOf(runner.metricsUrl)).includes('state="terminated"'),
      );
      const { code, stderr } = await runner.ended;
      expect(code).toBe(1);
      expect(stderr).toContain('shutdown timed out');
      const job = jobOf(world, id);
      expect(job?.state).toBe('running');
      expect(world.gitlab.managerGone(job?.systemId ?? '').map((lost) => lost.id)).toEqual([id]);
      expect(world.gitlab.counts()).toMatchObject({ running: 0, lost: 1 });
    }),
  );

  test(
    'and any second signal ends it at once with 1',
    inWorld(async (world) => {
      const script = ["trap '' TERM", 'for i in $(seq 8); do sleep 0.5 || true; done'];
      const { runner, id } = await withJob(world, script);
      runner.kill('SIGTERM');
      await until('the state', async () => (await pageOf(runner.metricsUrl)).includes('forceful-shutdown'));
      runner.kill('SIGQUIT');
      expect((await runner.ended).code).toBe(1);
      expect(jobOf(world, id)?.finalUpdate).toBeNull();
    }),
  );

  test(
    'inside the invisible window reports the job as interrupted',
    inWorld(async (world) => {
      world.configure('concurrent = 1', [world.gitlab.addRunner().token]);
      const runner = await world.run();
      world.faults.add({ service: 'gitlab', operation: 'updateJob', kind: 'slow', delayMs: 800, times: 1 });
      const job = world.gitlab.addJob({ script: ['sleep 60'] });
      await world.job(job.id, 'running');
      runner.kill('SIGINT');
      expect((await runner.ended).code).toBe(0);
      expect(job.failureReason).toBe('runner_interrupted');
    }),
  );
});
