import { randomUUID } from 'node:crypto';
import { INFO } from '../version.ts';
import { sendWithRetry } from './retry.ts';
import type { WireReply, WireRequest } from './send.ts';

/** What one call was, for the metrics. */
export interface CallRecord {
  endpoint: string;
  method: string;
  /** -1: the transport failed. */
  status: number;
  seconds: number;
}

export interface CallObserver {
  attempt(method: string, path: string): void;
  done(call: CallRecord): void;
}

const UNOBSERVED: CallObserver = { attempt: () => {}, done: () => {} };

/** The final answer of a call, or the transport's error. */
export type Outcome = WireReply | { status: -1; error: unknown };

interface Call {
  method: WireRequest['method'];
  path: string;
  endpoint: string;
  headers: Record<string, string>;
  body: string | Buffer;
  signal?: AbortSignal | undefined;
}

/** Makes one call of the runner API under `url`/api/v4/ and records it. Never throws. */
export async function call(
  url: string,
  request: Call,
  observer: CallObserver = UNOBSERVED,
): Promise<Outcome> {
  const started = performance.now();
  const method = request.method.toLowerCase();
  const path = `/api/v4/${request.path.replace(/\?.*/, '').replace(/\/\d+/, '/{id}')}`;
  const outcome: Outcome = await sendWithRetry(
    {
      requestId: randomUUID().replaceAll('-', ''),
      method: request.method,
      url: `${url}/api/v4/${request.path}`,
      headers: request.headers,
      body: request.body,
      signal: request.signal,
    },
    () => observer.attempt(method, path),
  ).catch((error: unknown) => ({ status: -1 as const, error }));
  observer.done({
    endpoint: request.endpoint,
    method,
    status: outcome.status,
    seconds: (performance.now() - started) / 1000,
  });
  return outcome;
}

/** Headers of a call with a runner's token. */
export function runnerHeaders(token: string, expectsBody: boolean): Record<string, string> {
  return {
    ...(expectsBody ? { Accept: 'application/json' } : {}),
    'Content-Type': 'application/json',
    'Runner-Token': token,
  };
}

/** A JSON body that names this executable, as gitlab-runner orders it. */
export function withInfo(fields: Record<string, unknown>): string {
  return JSON.stringify({ info: INFO, ...fields });
}

/** The JSON object in an answer, or null when it is none. */
export function jsonOf(outcome: Outcome): Record<string, unknown> | null {
  if (outcome.status === -1 || !('body' in outcome)) return null;
  if (!/^application\/json/.test(outcome.headers['content-type'] ?? '')) return null;
  try {
    const value: unknown = JSON.parse(outcome.body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** A header of the answer, or null. */
export function headerOf(outcome: Outcome, name: string): string | null {
  const value = 'headers' in outcome ? outcome.headers[name] : undefined;
  return typeof value === 'string' ? value : null;
}
