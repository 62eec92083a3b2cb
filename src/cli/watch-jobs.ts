import { type Clock, sleep } from '../clock.ts';
import { readRunningJobs } from '../sources/running-jobs.ts';

const EVERY = 2_000;

/** Keeps asking the runner how many jobs it has, until the signal aborts; the function tells the last answer in words. */
export function watchJobs(
  metrics: { url: string; timeout: number },
  clock: Clock,
  signal: AbortSignal,
): () => string | null {
  let jobs: number | null = null;
  const watch = async () => {
    while (!signal.aborted) {
      jobs = await readRunningJobs(metrics, signal);
      await sleep(clock, EVERY, signal).catch(() => {});
    }
  };
  void watch();
  return () => (jobs === null || jobs === 0 ? null : `${jobs} ${jobs === 1 ? 'job' : 'jobs'} left`);
}
