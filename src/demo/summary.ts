import { countJobs } from '../sandbox/gitlab/counts.ts';
import type { GitlabServer } from '../sandbox/gitlab/gitlab.ts';
import type { Observed } from './observed.ts';

/** The last line of `drover demo --json`. */
export interface DemoSummary {
  event: 'summary';
  /** `ended`: on purpose at a deadline, and reported to GitLab; `lost`: neither finished nor reported. */
  jobs: { finished: number; ended: number; lost: number };
  /** Runner managers that are still registered in GitLab. */
  runners: { left: number };
  hooks: { open: number; timedOut: number };
  instances: { launched: number; terminated: number };
  seconds: number;
}

/** Counts what became of everything, from GitLab's and the group's own records. */
export function summarize(
  gitlab: Pick<GitlabServer, 'jobs' | 'runners'>,
  { instances, hooks }: Pick<Observed, 'instances' | 'hooks'>,
  seconds: number,
): DemoSummary {
  const jobs = countJobs(gitlab.jobs);
  return {
    event: 'summary',
    jobs: {
      finished: jobs.finished,
      ended: jobs.failed + jobs.interrupted,
      // A job that nobody has taken, or that still runs, has not been looked after either.
      lost: jobs.lost + jobs.running + jobs.waiting,
    },
    runners: { left: gitlab.runners.reduce((sum, runner) => sum + runner.managers.size, 0) },
    hooks: { open: hooks.open, timedOut: hooks.timedOut },
    instances: {
      launched: instances.size,
      terminated: [...instances.values()].filter(({ goneAt }) => goneAt !== null).length,
    },
    seconds: Math.round(seconds * 10) / 10,
  };
}

/** Why the story did not go well, in words; an empty list when it did. */
export function problemsOf({ jobs, runners, hooks, instances }: DemoSummary): string[] {
  const alive = instances.launched - instances.terminated;
  return [
    jobs.lost > 0 ? `jobs lost: ${jobs.lost}` : '',
    jobs.ended > 0 ? `jobs ended by force: ${jobs.ended}` : '',
    runners.left > 0 ? `runners left in GitLab: ${runners.left}` : '',
    hooks.open > 0 ? `lifecycle actions open: ${hooks.open}` : '',
    hooks.timedOut > 0 ? `lifecycle actions timed out: ${hooks.timedOut}` : '',
    alive > 0 ? `instances still there: ${alive}` : '',
  ].filter((problem) => problem !== '');
}
