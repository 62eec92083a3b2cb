import http from 'node:http';
import type { LookupFunction } from 'node:net';

export interface HttpRequest {
  url: string;
  method?: 'GET' | 'PUT' | 'DELETE';
  headers?: Record<string, string>;
  body?: string;
  /** From the start to the last byte, in ms. */
  timeout: number;
  /** A longer body is an error, and is not read to its end. */
  maxBytes: number;
  /** Each of them ends the request. */
  signals?: (AbortSignal | undefined)[];
}

export interface HttpReply {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/**
 * One request, with a limit on time and size. It follows no redirect and no proxy, and is lighter than fetch in an
 * agent that has to stay small. Rejects when the connection fails, the time is up, or the body is cut or too long.
 */
export async function httpRequest(request: HttpRequest): Promise<HttpReply> {
  const { get } = request.url.startsWith('https:') ? await import('node:https').then(pick) : pick(http);
  const ending = new AbortController();
  const late = new Error(`no complete answer within ${request.timeout} ms`);
  const timer = setTimeout(() => ending.abort(late), request.timeout);
  // By hand: AbortSignal.any keeps a trace of each request on a signal that outlives them.
  const signals = (request.signals ?? []).filter((signal) => signal !== undefined);
  const end = () => ending.abort(signals.find((signal) => signal.aborted)?.reason);
  for (const signal of signals) signal.addEventListener('abort', end, { once: true });
  if (signals.some((signal) => signal.aborted)) end();
  try {
    return await exchange(get, request, ending.signal);
  } catch (error) {
    throw ending.signal.aborted ? ending.signal.reason : error;
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener('abort', end);
  }
}

type Send = typeof http.request;
const pick = (module: { request: Send } | { default: { request: Send } }): { get: Send } => ({
  get: 'default' in module ? module.default.request : module.request,
});

/**
 * `localhost` without a thread that asks the resolver each time (RFC 6761, 6.3): IPv4 first, as Go's listeners have it,
 * and IPv6 where that is refused.
 */
const loopback: LookupFunction = (_hostname, { all }, callback) => {
  if (!all) return callback(null, '127.0.0.1', 4);
  callback(null, [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]);
};

function exchange(send: Send, request: HttpRequest, signal: AbortSignal): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    // A connection of its own: no proxy from the environment, and no race with a server that closes an idle one.
    const options: http.RequestOptions = { method: request.method ?? 'GET', signal, agent: false };
    if (request.headers) options.headers = request.headers;
    if (new URL(request.url).hostname === 'localhost') options.lookup = loopback;
    const outgoing = send(request.url, options, (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > request.maxBytes) {
          reject(new Error(`the body is longer than ${request.maxBytes} bytes`));
          outgoing.destroy();
        } else {
          chunks.push(chunk);
        }
      });
      incoming.on('error', reject);
      incoming.on('aborted', () => reject(new Error('the connection was closed before the end of the body')));
      incoming.on('end', () => {
        if (!incoming.complete) return reject(new Error('the body was cut'));
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}
