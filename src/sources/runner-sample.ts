import { parsePrometheusText, type Sample } from './prometheus-text.ts';

/** What one scrape of a runner says. */
export interface RunnerSample {
  /** Jobs that run now: all series of gitlab_runner_jobs together. */
  running: number;
  /** How many may run: `concurrent`, or the sum of the limits where every runner has one and that is less. */
  limit: number;
  /** Answers to jobs/request so far, for each `runner` label. */
  requests: Map<string, RequestCounts>;
}

export interface RequestCounts {
  accepted: number;
  /** 403: GitLab does not know the token. */
  refused: number;
  healthFailures: number;
}

const VERSION = 'gitlab_runner_version_info';
const STATE = 'gitlab_runner_process_state_info';
const JOBS = 'gitlab_runner_jobs';
const CONCURRENT = 'gitlab_runner_concurrent';
const LIMIT = 'gitlab_runner_limit';
const STATUSES = 'gitlab_runner_api_request_statuses_total';
const HEALTH = 'gitlab_runner_worker_health_check_failures_total';
const WANTED = new Set([VERSION, STATE, JOBS, CONCURRENT, LIMIT, STATUSES, HEALTH]);

/**
 * Reads a scrape and believes it only when it is a GitLab Runner's that takes jobs. Throws an error that says why it
 * is not believed: a missing series is no zero.
 */
export function readSample(body: Uint8Array): RunnerSample {
  const samples = parsePrometheusText(decode(body), WANTED);
  const of = (name: string) => samples.filter((sample) => sample.name === name);
  if (of(VERSION).length === 0) throw new Error('not a GitLab Runner: gitlab_runner_version_info is missing');
  const states = of(STATE)
    .filter((sample) => sample.value === 1)
    .map((sample) => sample.labels.state);
  if (!states.includes('running'))
    throw new Error(`the runner's process is ${states[0] ?? 'in no known state'}`);
  const concurrent = of(CONCURRENT)[0]?.value;
  if (concurrent === undefined) throw new Error('gitlab_runner_concurrent is missing');
  if (!Number.isInteger(concurrent) || concurrent < 1)
    throw new Error('gitlab_runner_concurrent is no count');
  if (of(JOBS).length === 0) throw new Error('gitlab_runner_jobs is missing: no runner is registered');
  return {
    running: sumCounts(of(JOBS)),
    limit: capacity(concurrent, of(LIMIT)),
    requests: countRequests(samples),
  };
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new Error('the metrics are not UTF-8 text', { cause });
  }
}

function capacity(concurrent: number, limits: Sample[]): number {
  const unlimited = limits.length === 0 || limits.some((sample) => sample.value === 0);
  return unlimited ? concurrent : Math.min(concurrent, sumCounts(limits));
}

function sumCounts(samples: Sample[]): number {
  return samples.reduce((sum, { name, value }) => {
    if (!Number.isInteger(value) || value < 0) throw new Error(`${name} has a value that is no count`);
    return sum + value;
  }, 0);
}

function countRequests(samples: Sample[]): Map<string, RequestCounts> {
  const counts = new Map<string, RequestCounts>();
  for (const { name, labels, value } of samples) {
    const requested = name === STATUSES && labels.endpoint === 'request_job';
    if ((!requested && name !== HEALTH) || !Number.isFinite(value)) continue;
    const runner = labels.runner ?? '';
    const count = counts.get(runner) ?? { accepted: 0, refused: 0, healthFailures: 0 };
    if (name === HEALTH) count.healthFailures += value;
    else if (labels.status === '403') count.refused += value;
    else if (labels.status?.startsWith('2')) count.accepted += value;
    counts.set(runner, count);
  }
  return counts;
}
