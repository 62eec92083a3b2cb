import { setTimeout as delay } from 'node:timers/promises';
import { send, type WireReply, type WireRequest } from './send.ts';

const ATTEMPTS = 5;
const FIRST_DELAY = 100;
const RETRIED = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Sends until an answer is final: 408, 429, 500, 502, 503, 504 and 512 up are tried five times in all, spaced by
 * RateLimit-ResetTime, else Retry-After (s), else 100 ms doubled with jitter. A transport error is not retried.
 * `onAttempt` is called when a try is over.
 */
export async function sendWithRetry(request: WireRequest, onAttempt: () => void): Promise<WireReply> {
  for (let attempt = 0; ; attempt += 1) {
    const reply = await send(request).finally(onAttempt);
    if (!isRetried(reply.status) || attempt === ATTEMPTS - 1) return reply;
    await delay(waitBefore(reply, attempt), undefined, request.signal ? { signal: request.signal } : {});
  }
}

const isRetried = (status: number): boolean => RETRIED.has(status) || status >= 512;

function waitBefore(reply: WireReply, attempt: number): number {
  const reset = Date.parse(String(reply.headers['ratelimit-resettime'] ?? ''));
  if (reset > Date.now()) return reset - Date.now();
  const after = Number(reply.headers['retry-after']);
  if (Number.isInteger(after) && after > 0) return after * 1000;
  return FIRST_DELAY + Math.random() * FIRST_DELAY * (2 ** attempt - 1);
}
