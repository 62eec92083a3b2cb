import type { RunnerConfig, RunnerSection } from '../config/model.ts';
import type { FailureReason, JobSpec } from '../job/spec.ts';
import type { Level } from '../log.ts';
import type { CallObserver } from '../network/client.ts';
import { shortToken } from '../token.ts';
import { BRANCH, GO_VERSION, NAME, REVISION, VERSION } from '../version.ts';
import { type Labels, MetricsRegistry } from './registry.ts';

const MODE = 'traditional';

/** The counters and histograms of one process, with the labels of gitlab-runner 19.4. */
export class RunnerMetrics {
  readonly registry = new MetricsRegistry();
  readonly #systemId: string;

  constructor(systemId: string) {
    this.#systemId = systemId;
    const { registry } = this;
    for (const level of ['error', 'fatal', 'panic', 'warning'])
      registry.add('gitlab_runner_errors_total', { level }, 0);
    registry.add('gitlab_runner_configuration_loaded_total', {}, 0);
    registry.add('gitlab_runner_configuration_loading_error_total', {}, 0);
    registry.add('gitlab_runner_configuration_saved_total', {}, 0);
    registry.add('gitlab_runner_configuration_saving_error_total', {}, 0);
    registry.add('gitlab_runner_job_inputs_interpolations_total', {}, 0);
    registry.set('gitlab_runner_job_router_circuit_breaker_state', {}, 0);
    registry.add('gitlab_runner_job_router_circuit_breaker_trips_total', {}, 0);
    registry.prepare('gitlab_runner_job_router_get_job_duration_seconds');
    for (const operation of ['started', 'stopped'])
      registry.add('gitlab_runner_worker_slot_operations_total', { operation }, 0);
    registry.set('gitlab_runner_version_info', VERSION_LABELS, 1);
  }

  countLog(level: Level): void {
    if (level !== 'info') this.registry.add('gitlab_runner_errors_total', { level });
  }

  /** A configuration was loaded: its runners' series exist from now on. */
  loaded(config: RunnerConfig): void {
    this.registry.add('gitlab_runner_configuration_loaded_total');
    this.registry.set('gitlab_runner_concurrent', {}, config.concurrent);
    this.registry.clear('gitlab_runner_limit');
    for (const section of config.runners) {
      const labels = this.named(section);
      this.registry.set('gitlab_runner_limit', labels, section.limit);
      this.registry.add('gitlab_runner_worker_feeds_total', labels, 0);
      this.registry.add('gitlab_runner_worker_feed_failures_total', labels, 0);
      this.registry.add('gitlab_runner_worker_health_check_failures_total', labels, 0);
      for (const failure_type of ['job_failure', 'no_free_executor', 'other'])
        this.registry.add('gitlab_runner_worker_processing_failures_total', { ...labels, failure_type }, 0);
    }
  }

  /** The first poll of a runner starts: its job series exist from now on. */
  polling(section: RunnerSection, inFlight: number): void {
    const labels = this.named(section);
    const request = this.unnamed(section);
    const idle = { ...labels, state: 'idle', stage: 'idle', executor_stage: 'idle' };
    this.registry.set('gitlab_runner_jobs', idle, 0);
    this.registry.add('gitlab_runner_jobs_total', labels, 0);
    this.registry.add('gitlab_runner_request_concurrency_exceeded_total', request, 0);
    this.registry.add('gitlab_runner_request_concurrency_adaptive_limit', request, 0);
    const limit = section.requestConcurrency;
    this.registry.set('gitlab_runner_request_concurrency_hard_limit', request, limit);
    this.registry.set('gitlab_runner_request_concurrency_used_limit', request, limit);
    this.registry.set('gitlab_runner_request_concurrency', request, inFlight);
  }

  jobTaken(section: RunnerSection, job: JobSpec): void {
    const labels = this.named(section);
    this.registry.add('gitlab_runner_jobs_total', labels);
    this.registry.add('gitlab_runner_acceptable_job_queuing_duration_exceeded_total', labels, 0);
    this.registry.set('gitlab_runner_job_queue_size', labels, job.job_info?.queue_size ?? 0);
    this.registry.set('gitlab_runner_job_queue_depth', labels, job.job_info?.queue_depth ?? 0);
    const project_jobs_running = job.job_info?.project_jobs_running_on_instance_runners_count ?? '';
    this.registry.observe(
      'gitlab_runner_job_queue_duration_seconds',
      { ...labels, project_jobs_running },
      job.job_info?.time_in_queue_seconds ?? 0,
    );
  }

  jobEnded(section: RunnerSection, seconds: number, failure: FailureReason | null): void {
    const labels = this.named(section);
    this.registry.observe('gitlab_runner_job_duration_seconds', { ...labels, mode: MODE }, seconds);
    this.registry.add('gitlab_runner_job_execution_mode_total', { executor: 'shell', mode: MODE });
    if (failure === null) return;
    const { runner, runner_name } = labels;
    const reason: Labels = { failure_reason: failure, mode: MODE, runner, runner_name };
    this.registry.add('gitlab_runner_failed_jobs_total', reason);
    this.registry.add('gitlab_runner_worker_processing_failures_total', {
      ...labels,
      failure_type: 'job_failure',
    });
  }

  /** Counts the calls that are made for a runner. */
  observer(section: RunnerSection): CallObserver {
    const labels = this.unnamed(section);
    return {
      attempt: (method, path) =>
        this.registry.add('gitlab_runner_api_request_retries_total', { method, path }),
      done: ({ endpoint, method, status, seconds }) => {
        const call = { ...labels, endpoint, method };
        const status_class = status < 0 ? 'unknown' : `${Math.floor(status / 100)}xx`;
        this.registry.add('gitlab_runner_api_request_statuses_total', { ...call, status: String(status) });
        this.registry.observe(
          'gitlab_runner_api_request_duration_seconds',
          { ...call, status_class },
          seconds,
        );
      },
    };
  }

  named(section: RunnerSection): { runner: string; runner_name: string; system_id: string } {
    return { ...this.unnamed(section), runner_name: section.name };
  }

  unnamed(section: RunnerSection): { runner: string; system_id: string } {
    return { runner: shortToken(section.token), system_id: this.#systemId };
  }
}

const VERSION_LABELS: Labels = {
  architecture: 'amd64',
  branch: BRANCH,
  built_at: '',
  go_version: GO_VERSION,
  name: NAME,
  os: 'linux',
  revision: REVISION,
  version: VERSION,
};
