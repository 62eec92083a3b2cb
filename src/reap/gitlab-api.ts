import { type Clock, sleep } from '../clock.ts';
import { GitLabError } from '../errors.ts';
import { type HttpReply, httpRequest } from '../net/http-request.ts';

export interface GitlabReply {
  status: number;
  /** Undefined where the answer is not JSON. */
  json: unknown;
  /** GitLab's own words of a refusal, for people; empty: none. */
  words: string;
}

export interface GitlabApi {
  /** One call with the API token, such as `runners/all?page=1`. */
  get(path: string): Promise<GitlabReply>;
  /** DELETE with the API token; with `runner`, as that runner instead. Either is idempotent, and may be repeated. */
  delete(path: string, runner?: { token: string; systemId: string }): Promise<GitlabReply>;
}

export interface GitlabApiOptions {
  /** GitLab's address, without /api/v4. */
  url: string;
  apiToken: string;
  clock: Clock;
  signal: AbortSignal;
  /** For one attempt, in ms. Default 10 s. */
  timeout?: number;
  /** For one call with its repetitions, in ms. Default 60 s. */
  budget?: number;
}

const FIRST_DELAY = 500;
const LONGEST_DELAY = 8_000;
const MAX_BODY = 8_000_000;

/** A call is not final while GitLab is busy; it answers 429 or 503 with Retry-After, in seconds. */
const isBusy = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/**
 * The part of GitLab's REST API that reap uses. Calls are repeated while GitLab is busy or cannot be reached, as long
 * as their budget lasts; then they throw GitLabError. Refusals (4xx) are answers. Follows no redirect with a token.
 */
export function createGitlabApi(options: GitlabApiOptions): GitlabApi {
  const { url, apiToken, clock, signal, timeout = 10_000, budget = 60_000 } = options;

  const call = async (
    method: 'GET' | 'DELETE',
    path: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<GitlabReply> => {
    const end = clock.now() + budget;
    for (let delay = FIRST_DELAY; ; delay = Math.min(LONGEST_DELAY, delay * 2)) {
      const attempt = {
        url: `${url}/api/v4/${path}`,
        method,
        headers,
        timeout: Math.max(1, Math.min(timeout, end - clock.now())),
        maxBytes: MAX_BODY,
        signals: [signal],
        ...(body === undefined ? {} : { body }),
      };
      const reply = await httpRequest(attempt).catch((error: Error) => {
        if (signal.aborted) throw signal.reason;
        return error;
      });
      if (!(reply instanceof Error) && !isBusy(reply.status)) return read(reply);
      const problem = reply instanceof Error ? reply.message : `status ${reply.status}`;
      const jittered = delay * (0.5 + Math.random() / 2);
      const wait = reply instanceof Error ? jittered : (retryAfter(reply) ?? jittered);
      if (clock.now() + wait >= end) throw new GitLabError(unreachable(url, method, path, problem, wait));
      await sleep(clock, wait, signal);
    }
  };

  const common = { accept: 'application/json', 'user-agent': 'drover' };
  return {
    get: (path) => call('GET', path, { ...common, 'private-token': apiToken }),
    delete(path, runner) {
      if (runner === undefined) return call('DELETE', path, { ...common, 'private-token': apiToken });
      const body = JSON.stringify({ token: runner.token, system_id: runner.systemId });
      const headers = {
        ...common,
        'runner-token': runner.token,
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
      };
      return call('DELETE', path, headers, body);
    },
  };
}

function unreachable(url: string, method: string, path: string, problem: string, wait: number): string {
  const asked = wait > LONGEST_DELAY ? `; it asks to wait ${Math.ceil(wait / 1_000)} s` : '';
  return `${method} ${path.split('?')[0]}: ${problem}${asked}: is ${url} GitLab’s address, and is it up? Run reap again later`;
}

function read({ status, body }: HttpReply): GitlabReply {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    json = undefined;
  }
  const { message, error } = (json ?? {}) as { message?: unknown; error?: unknown };
  const said = status < 400 ? undefined : (message ?? error);
  return { status, json, words: typeof said === 'string' ? said.slice(0, 200) : '' };
}

function retryAfter({ headers }: HttpReply): number | null {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null;
}
