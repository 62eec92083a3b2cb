import { type Performance, toTheEnd } from './performance.ts';

const SHORT = ['sleep 4; echo finished'];
const STUBBORN = ["trap '' TERM", 'for i in $(seq 1 7); do sleep 1 || true; done; echo survived'];

/** What a signal ends, and how. */
export const signals: Record<string, Performance> = {
  'sigquit-idle': {
    code: 0,
    act: toTheEnd(async ({ calls, shows }, runner) => {
      await calls('POST jobs/request', 2);
      await shows('status="204"');
      runner.kill('SIGQUIT');
    }),
  },
  'sigquit-long-poll': {
    code: 0,
    act: toTheEnd(async ({ calls }, runner) => {
      await calls('POST jobs/request', 2);
      runner.kill('SIGQUIT');
    }),
  },
  'sigterm-long-poll': {
    code: 0,
    act: toTheEnd(async ({ calls }, runner) => {
      await calls('POST jobs/request', 2);
      runner.kill('SIGTERM');
    }),
  },
  'sigquit-job': {
    code: 0,
    script: SHORT,
    act: toTheEnd(async ({ jobs }, runner) => {
      await jobs(1);
      runner.kill('SIGQUIT');
    }),
  },
  'sigquit-twice-job': {
    code: 0,
    script: SHORT,
    act: toTheEnd(async ({ jobs, shows }, runner) => {
      await jobs(1);
      runner.kill('SIGQUIT');
      await shows('graceful-shutdown');
      runner.kill('SIGQUIT');
    }),
  },
  'sigquit-job-and-long-poll': {
    code: 0,
    script: SHORT,
    act: toTheEnd(async ({ jobs, calls }, runner) => {
      await jobs(1);
      await calls('POST jobs/request', 4);
      runner.kill('SIGQUIT');
    }),
  },
  'sigquit-then-sigterm': {
    code: 0,
    act: toTheEnd(async ({ jobs, calls }, runner) => {
      await jobs(1);
      runner.kill('SIGQUIT');
      await calls('PATCH jobs/101', 1);
      runner.kill('SIGTERM');
    }),
  },
  'two-jobs-then-sigquit': {
    code: 0,
    script: ['sleep 4; echo done'],
    act: toTheEnd(async ({ jobs }, runner) => {
      await jobs(2);
      runner.kill('SIGQUIT');
    }),
  },
  'sigterm-job': {
    code: 0,
    act: toTheEnd(async ({ jobs }, runner) => {
      await jobs(1);
      runner.kill('SIGTERM');
    }),
  },
  'sigterm-job-without-runner_interrupted': {
    code: 0,
    act: toTheEnd(async ({ jobs }, runner) => {
      await jobs(1);
      runner.kill('SIGTERM');
    }),
  },
  'sigterm-stubborn-job': {
    code: 1,
    script: STUBBORN,
    globals: 'shutdown_timeout = 2',
    act: toTheEnd(async ({ calls }, runner) => {
      await calls('PATCH jobs/101', 1);
      runner.kill('SIGTERM');
    }),
  },
  'sigterm-twice-stubborn-job': {
    code: 1,
    script: STUBBORN,
    act: toTheEnd(async ({ calls, shows }, runner) => {
      await calls('PATCH jobs/101', 1);
      runner.kill('SIGTERM');
      await shows('forceful-shutdown');
      runner.kill('SIGTERM');
    }),
  },
  'sigquit-inside-invisible-window': {
    code: 0,
    script: ['sleep 1; echo ok'],
    act: toTheEnd(async ({ calls }, runner) => {
      await calls('PUT jobs/101', 1);
      runner.kill('SIGQUIT');
    }),
  },
  'sigterm-inside-invisible-window': {
    code: 0,
    script: ['sleep 1; echo ok'],
    act: toTheEnd(async ({ calls }, runner) => {
      await calls('PUT jobs/101', 1);
      runner.kill('SIGTERM');
    }),
  },
};
