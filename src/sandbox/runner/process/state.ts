import type { RunnerConfig } from '../config/model.ts';
import type { Build } from '../job/build.ts';
import type { JobUser } from '../job/user.ts';
import type { RunnerMetrics } from '../metrics/runner-metrics.ts';
import type { Health } from './health.ts';
import type { Workers } from './workers.ts';

export type ProcessState = 'starting' | 'running' | 'graceful-shutdown' | 'forceful-shutdown';

/** What the parts of one `gitlab-runner run` share. */
export interface RunnerProcess {
  configFile: string;
  config: RunnerConfig;
  systemId: string;
  buildsDir: string;
  user: JobUser | null;
  state: ProcessState;
  readonly workers: Workers;
  readonly health: Health;
  readonly metrics: RunnerMetrics;
  /** Jobs that are visible in metrics and lists. */
  readonly builds: Set<Build>;
  /** The same, with those whose start GitLab has not confirmed yet. */
  readonly reserved: Set<Build>;
  /** Aborted when no more jobs are to be asked for. */
  readonly intake: AbortController;
}

/** The metrics page at this moment. */
export function renderMetrics(runner: RunnerProcess): string {
  const { registry } = runner.metrics;
  registry.clear('gitlab_runner_process_state_info');
  registry.set('gitlab_runner_process_state_info', { state: runner.state }, 1);
  registry.set('gitlab_runner_worker_slots_number', {}, runner.workers.slots);
  const shown = [...runner.builds].map((build) => ({
    ...runner.metrics.named(build.section),
    state: build.state,
    stage: build.stage,
    executor_stage: 'prepare',
  }));
  return registry.renderWith('gitlab_runner_jobs', shown);
}

/** /debug/jobs/list: one line a running job. */
export function listJobs(runner: RunnerProcess, urlOf: (build: Build) => string): string {
  return [...runner.builds]
    .map((build) => {
      const seconds = (performance.now() - build.startedAt) / 1000;
      return `url=${urlOf(build)} state=${build.state} stage=${build.stage} executor_stage=prepare duration=${seconds}s\n`;
    })
    .join('');
}
