import { type HttpReply, httpRequest } from '../net/http-request.ts';
import type { Examination } from './examination.ts';

const TIMEOUT = 10_000;
const MOST_BYTES = 1_000_000;

/** What GitLab's API answers to GET `path`. Rejects where it does not answer in time. */
export function askGitlab(
  { config, signal }: Examination,
  path: string,
  headers: Record<string, string> = {},
): Promise<HttpReply> {
  const url = `${config.gitlab.url}/api/v4/${path}`;
  return httpRequest({ url, headers, timeout: TIMEOUT, maxBytes: MOST_BYTES, signals: [signal] });
}
