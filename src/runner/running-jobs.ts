import { httpRequest } from '../net/http-request.ts';

/** The runner answers on this host at once, or something is wrong with it; in ms. */
const TIMEOUT = 1_000;

/**
 * The addresses of the jobs that a runner runs, from `/debug/jobs/list` beside its metrics (GitLab Runner: "Using
 * debug/jobs/list"), one line a job: `url=… state=… stage=…`. Empty where it does not say.
 */
export async function runningJobs(metricsUrl: string): Promise<string[]> {
  try {
    const url = new URL('/debug/jobs/list', metricsUrl).href;
    const { status, body } = await httpRequest({ url, timeout: TIMEOUT, maxBytes: 256_000 });
    if (status !== 200) return [];
    return [...body.toString('utf8').matchAll(/^url=(\S+)/gm)].flatMap(([, job]) => job ?? []);
  } catch {
    return [];
  }
}
