import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { readConfig } from '../../src/sandbox/runner/config/read.ts';
import { FAMILIES, type FamilyName } from '../../src/sandbox/runner/metrics/families.ts';
import { RunnerMetrics } from '../../src/sandbox/runner/metrics/runner-metrics.ts';
import { Health } from '../../src/sandbox/runner/process/health.ts';
import { renderMetrics } from '../../src/sandbox/runner/process/state.ts';
import { Workers } from '../../src/sandbox/runner/process/workers.ts';
import { pageOf, type RunningRunner, startWorld, type World } from '../sandbox/runner/world.ts';
import { metrics, recordedSeries } from './gitlab-runner/recordings.ts';
import { readPage } from './gitlab-runner/scrape.ts';
import { runnerMetrics } from './real-parts/gitlab-runner.ts';
import { agrees } from './table.ts';

/** The metrics page of the sandbox's runner in each state in which a real one was scraped: the same series. */

const SERIES = 'series with their labels';

/** Waits until the page is as recorded in this state, its sums of running jobs and slots too. */
async function shows(url: string, state: string): Promise<void> {
  const { gitlab_runner_request_concurrency: _moment, ...sums } = metrics.states[state]?.values ?? {};
  await vi.waitFor(
    async () => {
      const scrape = readPage(await pageOf(url));
      expect(scrape.series, state).toEqual(recordedSeries(state));
      expect(scrape.sums, state).toMatchObject(sums);
      for (const [name, shown] of Object.entries(scrape.families)) {
        expect(shown, name).toEqual(metrics.families[name]);
      }
    },
    { timeout: 15_000, interval: 20 },
  );
  agrees(runnerMetrics, state, SERIES);
  agrees(runnerMetrics, state, 'running jobs, concurrent and worker slots');
}

const TOKEN = 'glrt-t1_EXAMPLEtokenAAAAAAAAAA';

function configure({ configFile, gitlab }: World, concurrent = 2, runners = 1, url = gitlab.url): void {
  const section = `[[runners]]\nname = "demo-runner"\nurl = "${url}"\nid = 7\ntoken = "${TOKEN}"\nexecutor = "shell"\n`;
  const globals = `concurrent = ${concurrent}\ncheck_interval = 1\nshutdown_timeout = 30\n`;
  writeFileSync(configFile, `${globals}\n${section.repeat(runners)}`, { mode: 0o600 });
}

type Scene = (world: World, start: () => Promise<RunningRunner>) => Promise<void>;

/** A test body with the sandbox's GitLab and a runner of the recorded name, token and system id. */
const scene =
  (body: Scene, options: Parameters<typeof startWorld>[0] = {}) =>
  async () => {
    const world = await startWorld({ updateInterval: 3, ...options });
    try {
      writeFileSync(join(world.dir, 'etc', '.runner_system_id'), 's_0123456789ab', { mode: 0o600 });
      world.gitlab.addRunner({ token: TOKEN });
      configure(world);
      await body(world, () => world.run());
    } finally {
      await world.close();
    }
  };

describe.concurrent('the metrics of the sandbox’s runner are those of gitlab-runner', () => {
  test('every family is one of the recorded, with its type, text and bounds', () => {
    const recorded = Object.fromEntries(
      Object.entries(metrics.families).map(([name, { buckets, ...rest }]) => [
        name,
        { ...rest, ...(buckets && { buckets: buckets.filter((bound) => bound !== '+Inf').map(Number) }) },
      ]),
    );
    const names = Object.keys(FAMILIES) as FamilyName[];
    expect(Object.fromEntries(names.map((name) => [name, FAMILIES[name]]))).toEqual(recorded);
    agrees(runnerMetrics, 'families', 'names, types, texts and bounds');
  });

  test(
    'starting',
    scene(async ({ configFile }) => {
      // Over in the sandbox before anybody can ask for it: rendered, not scraped.
      const config = readConfig(configFile);
      const shown = new RunnerMetrics('s_0123456789ab');
      shown.loaded(config);
      const page = renderMetrics({
        configFile,
        config,
        systemId: 's_0123456789ab',
        buildsDir: '',
        user: null,
        state: 'starting',
        workers: new Workers(() => undefined),
        health: new Health(),
        metrics: shown,
        builds: new Set(),
        reserved: new Set(),
        intake: new AbortController(),
      });
      expect(readPage(page).series).toEqual(recordedSeries('01-starting'));
      agrees(runnerMetrics, '01-starting', SERIES);
    }),
  );

  test(
    'running, with the first poll in flight',
    scene(
      async (_world, start) => {
        const { metricsUrl } = await start();
        await shows(metricsUrl, '01b-running-first-poll-in-flight');
      },
      { longPoll: 20_000 },
    ),
  );

  test(
    'idle, with one job, with two, in graceful shutdown until it ends',
    scene(async ({ gitlab }, start) => {
      const { metricsUrl, kill, ended } = await start();
      await shows(metricsUrl, '02-first-poll-answered');
      await shows(metricsUrl, '03-idle-after-polls');
      gitlab.addJob({ script: ['sleep 5'] });
      await shows(metricsUrl, '04-one-job-running');
      gitlab.addJob({ script: ['sleep 6'] });
      await shows(metricsUrl, '05-two-jobs-running-concurrent-2');
      kill('SIGQUIT');
      await shows(metricsUrl, '06-graceful-shutdown-two-jobs');
      let last = '';
      for (;;) {
        const page = await pageOf(metricsUrl).catch(() => null);
        if (page === null) break;
        last = page;
      }
      expect((await ended).code).toBe(0);
      const stage = (text: string) =>
        text.replace(/stage="(step_script|cleanup_file_variables)"/, 'stage="…"');
      const { series, sums } = readPage(last);
      expect(series.map(stage)).toEqual(recordedSeries('07-last-scrape-before-exit').map(stage));
      expect(sums).toMatchObject(metrics.states['07-last-scrape-before-exit']?.values ?? {});
      agrees(runnerMetrics, '07-last-scrape-before-exit', SERIES);
      agrees(runnerMetrics, '07-last-scrape-before-exit', 'jobs are never seen at zero');
    }),
  );

  test(
    'after a job that succeeded',
    scene(async ({ gitlab }, start) => {
      const { metricsUrl } = await start();
      await shows(metricsUrl, '03-idle-after-polls');
      gitlab.addJob({ script: ['true'] });
      await shows(metricsUrl, '08-after-job-success');
    }),
  );

  test(
    'after a job that failed',
    scene(async ({ gitlab }, start) => {
      const { metricsUrl } = await start();
      await shows(metricsUrl, '03-idle-after-polls');
      gitlab.addJob({ script: ['exit 3'] });
      await shows(metricsUrl, '08-after-job-failure-exit-3');
    }),
  );

  test(
    'after hot reloads',
    scene(async (world, start) => {
      const { metricsUrl, kill } = await start();
      for (const concurrent of [3, 1, 4, 2]) {
        configure(world, concurrent);
        kill('SIGHUP');
        await vi.waitFor(async () =>
          expect(readPage(await pageOf(metricsUrl)).sums.gitlab_runner_concurrent).toBe(concurrent),
        );
      }
      await shows(metricsUrl, '09-after-hot-reload');
      expect(readPage(await pageOf(metricsUrl)).sums.gitlab_runner_configuration_loaded_total).toBe(5);
    }),
  );

  test(
    'with a job and no runners in the configuration',
    scene(async (world, start) => {
      const { metricsUrl, kill } = await start();
      await shows(metricsUrl, '03-idle-after-polls');
      world.gitlab.addJob({ script: ['sleep 20'] });
      await shows(metricsUrl, '04-one-job-running');
      configure(world, 2, 0);
      kill('SIGHUP');
      await shows(metricsUrl, '10-local-pause-no-runners-section');
    }),
  );

  test(
    'unhealthy after three refusals',
    scene(async ({ faults }, start) => {
      const { metricsUrl } = await start();
      await shows(metricsUrl, '03-idle-after-polls');
      faults.add({ service: 'gitlab', operation: 'requestJob', kind: 'error', status: 403 });
      await shows(metricsUrl, '11-unhealthy-after-three-403');
    }),
  );

  test(
    'in forceful shutdown with a script that does not end',
    scene(async ({ gitlab }, start) => {
      const { metricsUrl, kill } = await start();
      await shows(metricsUrl, '03-idle-after-polls');
      gitlab.addJob({ script: ["trap '' TERM", 'for i in $(seq 1 8); do sleep 1 || true; done'] });
      await vi.waitFor(
        async () => expect(await pageOf(metricsUrl)).toContain('endpoint="patch_trace"'),
        10_000,
      );
      kill('SIGTERM');
      await shows(metricsUrl, '12-forceful-shutdown-stubborn-job');
    }),
  );

  test(
    'with GitLab unreachable',
    scene(async (world, start) => {
      // Nobody listens on the discard port of this host.
      configure(world, 2, 1, 'http://127.0.0.1:9');
      const { metricsUrl } = await start();
      await shows(metricsUrl, '13-gitlab-unreachable');
    }),
  );
});
