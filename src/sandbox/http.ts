import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultRule, FaultService, Faults } from './faults.ts';
import type { EventLog } from './log.ts';

export interface HttpRequest {
  method: string;
  /** Without the query; still percent-encoded. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The client's address. */
  from: string;
  /** Aborts when the client has gone. */
  signal: AbortSignal;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** What a request asks for, before it is carried out: the name that faults and the event log go by. */
export interface Route {
  operation: string;
  /** Where one endpoint answers for several services; default: the endpoint's own. */
  service?: FaultService;
  instanceId?: string | undefined;
  /** Whether it changes anything when it succeeds. */
  mutating: boolean;
  /** Whose key signed it, where it is signed. */
  accessKeyId?: string | undefined;
  params?: Record<string, unknown>;
}

export interface ServeOptions {
  service: FaultService;
  faults: Faults;
  log: EventLog;
  route(request: HttpRequest): Route;
  handle(request: HttpRequest, route: Route): Promise<Reply> | Reply;
  /** The service's own form of an error answer; plain JSON without it. */
  errorReply?(fault: { status: number; code: string; message: string }, route: Route): Reply;
  /** How the service throttles; 429 without it. */
  throttled?(route: Route): { status: number; code: string };
  /** Default: any free port of 127.0.0.1. */
  port?: number;
  /** Instead of a port of its own. */
  open?: OpenPort;
}

/** A listening socket that was opened elsewhere: in the network namespace that the instances are joined to. */
export interface OpenPort {
  server: Server;
  /** How clients name it. */
  url: string;
}

export interface HttpService {
  url: string;
  port: number;
  /** Ends the service and every open connection. */
  close(): Promise<void>;
}

const MAX_BODY = 32_000_000;

/** Answers on loopback, or on an open port. Every request passes the faults and is one `call` entry in the event log, secrets masked. */
export async function serve(options: ServeOptions): Promise<HttpService> {
  const closing = new AbortController();
  const server = createServer({ keepAliveTimeout: 60_000 }, async (incoming, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of incoming) {
        size += chunk.length;
        if (size > MAX_BODY) return void incoming.destroy();
        chunks.push(chunk);
      }
    } catch {
      return; // the client went away before its request was whole
    }
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const url = new URL(`http://sandbox${incoming.url?.startsWith('/') ? incoming.url : '/'}`);
    const request: HttpRequest = {
      method: incoming.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks),
      from: incoming.socket.remoteAddress ?? '',
      signal: AbortSignal.any([gone.signal, closing.signal]),
    };
    await answer(options, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (options.open) server.listen(options.open.server, resolve);
    else server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: options.open?.url ?? `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(options: ServeOptions, request: HttpRequest, response: ServerResponse): Promise<void> {
  const { faults, log } = options;
  let route: Route;
  try {
    route = options.route(request);
  } catch {
    route = { operation: 'Unknown', mutating: false };
  }
  const { operation, service = options.service, instanceId, mutating, accessKeyId, params } = route;
  const fault = faults.next(service, operation, instanceId);
  const record = (status: number, more: Record<string, unknown> = {}) =>
    log.append({
      service,
      kind: 'call',
      operation,
      ...(instanceId === undefined ? {} : { instanceId }),
      mutating,
      ...(accessKeyId === undefined ? {} : { accessKeyId }),
      ...(params === undefined ? {} : { params }),
      ...(fault === null ? {} : { fault: fault.kind }),
      status,
      ...more,
    });

  if (fault?.kind === 'reset' || fault?.kind === 'hang') {
    record(0);
    if (fault.kind === 'hang') await pause(fault.delayMs ?? null, request.signal);
    if (fault.kind === 'reset') response.socket?.resetAndDestroy();
    else response.destroy();
    return;
  }
  let reply: Reply;
  try {
    reply =
      fault?.kind === 'throttle' || fault?.kind === 'error'
        ? faultReply(options, fault, route)
        : await options.handle(request, route);
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    reply = { status: 500, headers: { 'content-type': 'text/plain' }, body: `sandbox: ${message}\n` };
    record(500, { error: message });
    send(response, reply);
    return;
  }
  record(reply.status);
  if (fault?.kind === 'lost') return void response.socket?.destroy();
  if (fault?.kind !== 'slow') return send(response, reply);
  response.writeHead(reply.status, headersOf(reply));
  response.flushHeaders();
  await pause(fault.delayMs ?? 1_000, request.signal);
  response.end(reply.body);
}

function faultReply(options: ServeOptions, fault: FaultRule, route: Route): Reply {
  const throttle = options.throttled?.(route) ?? { status: 429, code: 'TooManyRequests' };
  const base = fault.kind === 'throttle' ? throttle : { status: 500, code: 'InternalFailure' };
  const status = fault.status ?? base.status;
  const code = fault.code ?? base.code;
  const message = fault.kind === 'throttle' ? 'Rate exceeded' : 'An injected error of the sandbox';
  const reply = options.errorReply?.({ status, code, message }, route) ?? {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: `${status} ${code}` }),
  };
  if (fault.retryAfter === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, 'retry-after': String(fault.retryAfter) } };
}

/** Waits `ms`, or for ever with null; ends early, without an error, when the client goes away. */
async function pause(ms: number | null, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  if (ms === null) {
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

const headersOf = (reply: Reply): Record<string, string | number> => ({
  ...(reply.status === 204 ? {} : { 'content-length': Buffer.byteLength(reply.body ?? '') }),
  ...reply.headers,
});

function send(response: ServerResponse, reply: Reply): void {
  if (response.destroyed) return;
  response.writeHead(reply.status, headersOf(reply));
  response.end(reply.body);
}
