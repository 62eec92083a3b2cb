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
  /** Keeps connections open between requests; default: each request has one of its own. */
  agent?: http.Agent | undefined;
}

export interface HttpReply {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
  /** Whether it came over a connection that had been kept from an earlier request. */
  reused: boolean;
}

/**
 * One request, with a limit on time and size. It follows no redirect and no proxy, and is lighter than fetch in an
 * agent that has to stay small. Rejects when the connection fails, the time is up, or the body is cut or too long.
 */
export async function httpRequest(request: HttpRequest): Promise<HttpReply> {
  const { get } = request.url.startsWith('https:') ? await import('node:https').then(pick) : pick(http);
  try {
    return await exchange(get, request);
  } catch (error) {
    // The server closed the kept connection as the request was on its way: it has read nothing of it.
    if (!(error instanceof StaleConnection)) throw error;
    return await exchange(get, { ...request, agent: undefined });
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

/** A connection for each request: no proxy from the environment, no race with a server that closes an idle one. */
const unkept = new http.Agent({ keepAlive: false });

class StaleConnection extends Error {}

function exchange(send: Send, request: HttpRequest): Promise<HttpReply> {
  const { url, agent, headers, timeout, maxBytes, method = 'GET' } = request;
  const signals = (request.signals ?? []).filter((signal) => signal !== undefined);
  return new Promise<HttpReply>((resolve, reject) => {
    const options: http.RequestOptions = {
      method,
      agent: agent ?? (url.startsWith('http:') ? unkept : false),
    };
    if (headers) options.headers = headers;
    if (new URL(url).hostname === 'localhost') options.lookup = loopback;
    const outgoing = send(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBytes) end(new Error(`the body is longer than ${maxBytes} bytes`));
        else chunks.push(chunk);
      });
      incoming.on('error', fail);
      incoming.on('aborted', () => fail(new Error('the connection was closed before the end of the body')));
      incoming.on('end', () => {
        if (!incoming.complete) return fail(new Error('the body was cut'));
        settled();
        const { statusCode: status = 0, headers } = incoming;
        resolve({ status, headers, body: Buffer.concat(chunks), reused: outgoing.reusedSocket });
      });
    });
    // By hand: a signal for each request costs more than the request's own objects, and AbortSignal.any keeps a trace
    // of each on a signal that outlives them.
    const onAbort = () => end(signals.find((signal) => signal.aborted)?.reason);
    const timer = setTimeout(() => end(new Error(`no complete answer within ${timeout} ms`)), timeout);
    const settled = () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown) => {
      settled();
      reject(error);
    };
    const end = (reason: unknown) => {
      fail(reason);
      outgoing.destroy();
    };
    for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const stale = outgoing.reusedSocket && /^(ECONNRESET|EPIPE)$/.test(error.code ?? '');
      fail(stale ? new StaleConnection(error.message, { cause: error }) : error);
    });
    if (signals.some((signal) => signal.aborted)) onAbort();
    else outgoing.end(request.body);
  });
}
