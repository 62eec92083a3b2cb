import { httpRequest } from '../net/http-request.ts';
import { parsePrometheusText } from './prometheus-text.ts';

const JOBS = new Set(['gitlab_runner_jobs']);
const MAX_BODY = 2_000_000;

/**
 * How many jobs the runner counts, in whatever state it is, for people who wait for a drain; null where it does not
 * tell. No decision may rest on it: a runner that drains is not to be believed when it says none.
 */
export async function readRunningJobs(
  { url, timeout }: { url: string; timeout: number },
  signal: AbortSignal,
): Promise<number | null> {
  try {
    const { status, body } = await httpRequest({ url, timeout, maxBytes: MAX_BODY, signals: [signal] });
    const samples = status === 200 ? parsePrometheusText(body.toString('utf8'), JOBS) : [];
    const sum = samples.reduce((total, { value }) => total + value, 0);
    return samples.length > 0 && Number.isInteger(sum) ? sum : null;
  } catch {
    return null;
  }
}
