import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { assetOf } from './assets.ts';
import { carriesToken, isOurHost, isOwnRequest } from './guard.ts';
import type { Hub } from './hub.ts';
import { stream } from './stream.ts';

/** More than these are told so; twice as many, and the rest is dropped. */
const MAX_CONNECTIONS = 64;
/** Of these, pages that listen. */
const MAX_STREAMS = 24;
const MAX_BODY = 64 * 1024;

export interface StatusServerOptions {
  hub: Hub;
  host: string;
  /** 0: any free one. */
  port: number;
  /** Demanded of everybody where there is one. */
  token: string | null;
  /** Further names that the page is asked for by. */
  names: readonly string[];
  /** Carries out what the page's controls ask for; without it there are none. Throws what the page is to say. */
  control?(path: string, body: unknown): unknown;
}

export interface StatusServer {
  url: string;
  close(): Promise<void>;
}

interface Reply {
  status: number;
  type: string;
  body: string | Buffer;
  headers?: Record<string, string>;
}

const SECURITY = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Serves the status page. Rejects where the address cannot be used. */
export async function startStatusServer(options: StatusServerOptions): Promise<StatusServer> {
  let streams = 0;
  let connections = 0;
  const tooLate = new WeakSet<Socket>();
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 10_000,
      keepAliveTimeout: 10_000,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: 16_384,
    },
    (request, response) => {
      if (tooLate.has(request.socket)) return send(response, tooManyConnections, request.method === 'HEAD');
      const path = pathOf(request);
      if (path === '/events' && request.method === 'GET') {
        const refused = refusal(options, request, path) ?? (streams >= MAX_STREAMS ? tooMany : null);
        if (refused !== null) return send(response, refused, false);
        streams += 1;
        response.once('close', () => {
          streams -= 1;
        });
        return stream(options.hub, response, lastIdOf(request));
      }
      void answer(options, request, path)
        .catch((error: Error) => text(500, error.message))
        .then((reply) => send(response, reply, request.method === 'HEAD'));
    },
  );
  server.maxConnections = 2 * MAX_CONNECTIONS;
  server.on('connection', (socket) => {
    connections += 1;
    if (connections > MAX_CONNECTIONS) tooLate.add(socket);
    socket.once('close', () => {
      connections -= 1;
    });
  });
  server.on('clientError', (_, socket) => socket.destroy());
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const shown = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${shown}:${port}/`,
    async close() {
      // What was told last is written in the next turn: it goes out first.
      for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function listen(server: Server, { host, port }: StatusServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve();
    });
  });
}

async function answer(options: StatusServerOptions, request: IncomingMessage, path: string): Promise<Reply> {
  const refused = refusal(options, request, path);
  if (refused !== null) return refused;
  if (request.method === 'POST') return change(options, request, path);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { ...text(405, 'only GET'), headers: { allow: 'GET, HEAD' } };
  }
  const { hub } = options;
  switch (path) {
    case '/healthz':
      return text(200, 'ok');
    case '/readyz':
      return readiness(hub);
    case '/metrics': {
      const { metricsOf } = await import('./metrics.ts');
      return { status: 200, ...(await metricsOf(hub)) };
    }
    case '/api/instances':
      return { ...json(200, null), body: hub.feed.asText({ instances: hub.instances }) };
  }
  const asset = await assetOf(path, { controls: options.control !== undefined });
  return asset === null ? text(404, 'there is nothing here') : { status: 200, ...asset };
}

async function change(options: StatusServerOptions, request: IncomingMessage, path: string): Promise<Reply> {
  const [, prefix, ...rest] = path.split('/');
  if (options.control === undefined || prefix !== 'control') return text(404, 'there is nothing here');
  if (!isOwnRequest(request)) return json(403, { message: 'send application/json, from this page' });
  try {
    const body = JSON.parse((await bodyOf(request)) || '{}');
    return json(200, (await options.control(`/${rest.join('/')}`, body)) ?? {});
  } catch (error) {
    return json(400, { message: (error as Error).message });
  }
}

/** What is said to a request before it is looked at; null: nothing is wrong with it. */
function refusal(
  { token, names }: StatusServerOptions,
  request: IncomingMessage,
  path: string,
): Reply | null {
  if (!isOurHost(request.headers.host, names)) {
    return text(421, 'this host is not known by that name: add it to status.hosts');
  }
  if (token === null || path === '/healthz' || carriesToken(request, token)) return null;
  return { ...text(401, 'a token is needed'), headers: { 'www-authenticate': 'Basic realm="drover"' } };
}

function readiness({ instances }: Hub): Reply {
  if (instances.length === 0) return text(503, 'no record yet');
  if (instances.some(({ degraded }) => degraded)) return text(503, 'the journal cannot be written');
  return text(200, 'ok');
}

/** The path alone; what is no path leads nowhere. Nothing is ever read from a file of that name. */
function pathOf({ url = '' }: IncomingMessage): string {
  try {
    return new URL(url, 'http://drover').pathname;
  } catch {
    return '';
  }
}

/** Browsers send it as a header when they come back by themselves; a page that comes back puts it into the address. */
function lastIdOf({ url = '', headers }: IncomingMessage): string | null {
  const header = headers['last-event-id'];
  if (typeof header === 'string' && header !== '') return header;
  return new URL(url, 'http://drover').searchParams.get('after');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) throw new Error('the request is too long');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, type, body, headers }: Reply, headOnly: boolean): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    ...SECURITY,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(headOnly ? undefined : body);
}

const text = (status: number, line: string): Reply => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${line}\n`,
});

const json = (status: number, value: unknown): Reply => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});

const tooMany: Reply = { ...text(503, 'too many pages are open'), headers: { 'retry-after': '10' } };

const tooManyConnections: Reply = {
  ...text(503, 'too many connections are open'),
  headers: { 'retry-after': '10', connection: 'close' },
};
