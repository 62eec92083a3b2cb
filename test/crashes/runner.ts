import type { Clock } from '../../src/clock.ts';

/** A CI job. `ended` was stopped on purpose and told to GitLab; `crashed` died with its runner, which nobody stopped. */
export interface Job {
  id: number;
  length: number;
  state: 'pending' | 'running' | 'success' | 'ended' | 'crashed' | 'lost';
}

const POLL = 500;

/** The runner on the host and what GitLab knows of it. */
export function createRunner(clock: Clock) {
  const jobs: Job[] = [];
  let process: { stopping: boolean; proved: boolean; ends: Array<() => void> } | null = null;

  const running = () => jobs.filter((job) => job.state === 'running');

  function finish(as: Job['state']): void {
    for (const job of running()) job.state = as;
    for (const cancel of process?.ends ?? []) cancel();
    process = null;
  }

  function take(): void {
    if (process === null || process.stopping || !process.proved || !runner.registered) return;
    for (const job of jobs) {
      if (job.state !== 'pending' || running().length >= runner.limit) continue;
      job.state = 'running';
      process.ends.push(
        clock.setTimer(clock.now() + job.length, () => {
          job.state = 'success';
          if (process?.stopping && running().length === 0) finish('success');
          take();
        }),
      );
    }
  }

  const runner = {
    /** In GitLab. */
    registered: false,
    limit: 2,
    jobs,
    running,
    alive: () => process !== null,
    stopping: () => process?.stopping ?? false,
    /** A request_job has been answered with 2xx since the process started. */
    proved: () => process?.proved ?? false,
    /** Some process of this host has been answered so. */
    hasProved: false,
    add(length: number): void {
      jobs.push({ id: jobs.length + 1, length, state: 'pending' });
      take();
    },
    start(): void {
      if (process !== null) return;
      const own = { stopping: false, proved: false, ends: [] };
      process = own;
      const poll = () => {
        if (process !== own || own.proved) return;
        own.proved = runner.registered;
        if (own.proved) runner.hasProved = true;
        take();
        clock.setTimer(clock.now() + POLL, poll);
      };
      clock.setTimer(clock.now() + POLL, poll);
    },
    /** SIGQUIT: no new job, the end after the last one. */
    quit(): void {
      if (process === null) return;
      process.stopping = true;
      if (running().length === 0) finish('success');
    },
    /** SIGTERM: jobs are aborted and GitLab is told. */
    terminate: () => finish('ended'),
    /** SIGKILL from us: nobody is told. */
    kill: () => finish('lost'),
    /** It dies by itself, or with the host when nobody could know. */
    die: () => finish('crashed'),
    /** The host goes away under it. */
    vanish: () => finish('lost'),
    take,
  };
  return runner;
}

export type Runner = ReturnType<typeof createRunner>;
