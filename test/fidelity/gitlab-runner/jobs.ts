import { type Performance, until } from './performance.ts';

const polls = (count: number): Performance => ({
  code: null,
  act: until(({ calls }) => calls('POST jobs/request', count)),
});

/** The final PUT, and one more poll after it. */
const oneJob = (finalPuts: number, more: Partial<Performance> = {}): Performance => ({
  code: null,
  act: until(async ({ tape, calls }) => {
    await calls('PUT jobs/101', 1 + finalPuts);
    await calls('POST jobs/request', tape.calls('POST jobs/request').length + 1);
  }),
  ...more,
});

/** Polls that get nothing, jobs, and what GitLab says while they run. The longest first. */
export const jobs: Record<string, Performance> = {
  'job-silent-keepalive': oneJob(2, {
    script: ['for i in 1 2 3 4; do echo tick $i; sleep 1; done; sleep 33'],
    loose: true,
  }),
  'jobs-request-503-retry-after-3': polls(7),
  'jobs-request-429-retry-after-2': polls(9),
  'jobs-request-429-no-header': polls(9),
  'jobs-request-500': polls(9),
  'jobs-request-502-html': polls(9),
  'jobs-request-404': polls(8),
  'jobs-request-409': polls(8),
  'jobs-request-403': {
    code: null,
    act: until(async ({ calls, metrics, tape }) => {
      await calls('POST jobs/request', 4);
      const turns = async () =>
        Number(/worker_feed_failures_total\{.*\} (\d+)/.exec(await metrics())?.[1] ?? 0);
      while ((await turns()) < 2) await calls('', tape.sent.length);
    }),
  },
  'job-success': oneJob(1, { script: ['echo hello', 'sleep 4', 'echo bye'] }),
  'job-failure-exit-3': oneJob(1),
  'job-final-put-202': oneJob(3),
  'job-patch-403': oneJob(1),
  'job-status-canceled': oneJob(1),
  'job-status-canceling': oneJob(1),
  'job-status-failed': oneJob(1),
  'job-put-running-403': {
    code: null,
    act: until(({ calls }) => calls('POST jobs/request', 5)),
  },
  'invisible-window-slow-put': {
    code: null,
    act: until(({ calls }) => calls('PUT jobs/102', 2)),
  },
};
