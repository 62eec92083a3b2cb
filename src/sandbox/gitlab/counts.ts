import type { SandboxJob } from './model.ts';

/**
 * How each job went. `interrupted`: reported as failed since its runner was stopped by force. `lost`: never reported
 * after its runner process, or instance, had gone. `waiting`: not started, or back in the queue.
 */
export interface JobCounts {
  waiting: number;
  running: number;
  finished: number;
  failed: number;
  interrupted: number;
  lost: number;
}

export type JobOutcome = keyof JobCounts;

export function outcomeOf(job: SandboxJob): JobOutcome {
  if (job.lostAt !== null) return 'lost';
  switch (job.state) {
    case 'success':
      return 'finished';
    case 'failed':
      return job.failureReason === 'runner_interrupted' ? 'interrupted' : 'failed';
    case 'running':
      return 'running';
    default:
      return 'waiting';
  }
}

export function countJobs(jobs: readonly SandboxJob[]): JobCounts {
  const counts: JobCounts = { waiting: 0, running: 0, finished: 0, failed: 0, interrupted: 0, lost: 0 };
  for (const job of jobs) counts[outcomeOf(job)] += 1;
  return counts;
}
