import type { RunnerSection } from '../config/model.ts';
import type { JobSpec } from '../job/spec.ts';
import { log } from '../log.ts';
import type { Outcome } from '../network/client.ts';
import { requestJob } from '../network/jobs.ts';
import { shortToken } from '../token.ts';
import { handleJob } from './handle-job.ts';
import type { RunnerProcess } from './state.ts';

/**
 * Asks GitLab for jobs: every check_interval, shared by the runners, one of them gets a free worker. The worker
 * polls once; when it is given a job, the next poll follows as soon as the job is acknowledged.
 */
export class Intake {
  readonly #runner: RunnerProcess;
  readonly #inFlight = new Map<string, number>();
  readonly #lastUpdate = new Map<string, string>();
  readonly #onIdleWorker: () => void;
  #next = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(runner: RunnerProcess, onIdleWorker: () => void) {
    this.#runner = runner;
    this.#onIdleWorker = onIdleWorker;
  }

  start(): void {
    const { runners, checkInterval } = this.#runner.config;
    this.#timer = setTimeout(() => this.start(), checkInterval / Math.max(1, runners.length));
    const section = runners[this.#next % Math.max(1, runners.length)];
    this.#next += 1;
    if (section) this.#feed(section);
  }

  /** No further poll; the ones under way are broken off. */
  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#runner.intake.abort(new Error('context canceled'));
  }

  #feed(section: RunnerSection): void {
    const { metrics, workers, health } = this.#runner;
    const labels = metrics.named(section);
    if (!health.isHealthy(section)) {
      metrics.registry.add('gitlab_runner_worker_feed_failures_total', labels);
      return;
    }
    if (!workers.hasFree || this.#runner.intake.signal.aborted) return;
    metrics.registry.add('gitlab_runner_worker_feeds_total', labels);
    if (section.limit > 0 && this.#taken(section) >= section.limit) return;
    if (this.#count(section) >= section.requestConcurrency) {
      metrics.registry.add('gitlab_runner_request_concurrency_exceeded_total', metrics.unnamed(section));
      return;
    }
    void this.#work(section);
  }

  /** Jobs that a runner has, or may be about to get. */
  #taken(section: RunnerSection): number {
    const running = [...this.#runner.builds].filter((build) => build.section.token === section.token);
    return running.length + this.#count(section);
  }

  async #work(section: RunnerSection): Promise<void> {
    const { workers } = this.#runner;
    workers.take();
    this.#change(section, 1);
    let holdsRequest = true;
    const releaseRequest = () => {
      if (holdsRequest) this.#change(section, -1);
      holdsRequest = false;
    };
    try {
      const job = await this.#poll(section);
      if (!job) return;
      await handleJob(this.#runner, section, job, () => {
        releaseRequest();
        // By name: the section may have been reloaded, or removed, in the meantime.
        const current = this.#runner.config.runners.find(({ token }) => token === section.token);
        if (current) queueMicrotask(() => this.#feed(current));
      });
    } catch (error) {
      log('error', 'Failed to process runner', { error: String(error) });
    } finally {
      releaseRequest();
      workers.release();
      this.#onIdleWorker();
    }
  }

  async #poll(section: RunnerSection): Promise<JobSpec | null> {
    const { metrics, systemId, intake } = this.#runner;
    const { outcome, job, lastUpdate } = await requestJob({
      url: section.url,
      token: section.token,
      systemId,
      lastUpdate: this.#lastUpdate.get(section.token) ?? null,
      observer: metrics.observer(section),
      signal: intake.signal,
    });
    if (lastUpdate !== null) this.#lastUpdate.set(section.token, lastUpdate);
    this.#judge(section, outcome);
    return job;
  }

  #judge(section: RunnerSection, outcome: Outcome): void {
    const { metrics, health } = this.#runner;
    const runner = shortToken(section.token);
    if (outcome.status === 403) {
      metrics.registry.add('gitlab_runner_worker_health_check_failures_total', metrics.named(section));
      log('error', 'Checking for jobs... forbidden', { runner, status: '403 Forbidden' });
      health.refused(section);
    } else if (outcome.status === 201 || outcome.status === 204) {
      health.answered(section);
    } else {
      const status = 'error' in outcome ? String(outcome.error) : outcome.status;
      log('warning', 'Checking for jobs... failed', { runner, status });
    }
  }

  #count(section: RunnerSection): number {
    return this.#inFlight.get(section.token) ?? 0;
  }

  #change(section: RunnerSection, by: number): void {
    const count = this.#count(section) + by;
    this.#inFlight.set(section.token, count);
    this.#runner.metrics.polling(section, count);
    if (by < 0) {
      const labels = this.#runner.metrics.unnamed(section);
      this.#runner.metrics.registry.set('gitlab_runner_request_concurrency_adaptive_limit', labels, 1);
    }
  }
}
