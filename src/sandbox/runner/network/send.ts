import http from 'node:http';
import { gunzipSync } from 'node:zlib';
import { USER_AGENT } from '../version.ts';

export interface WireRequest {
  /** X-Request-Id: the same for every try of one call. */
  requestId: string;
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers: Record<string, string>;
  body: string | Buffer;
  signal?: AbortSignal | undefined;
}

export interface WireReply {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

const RESPONSE_TIMEOUT = 600_000;
const plain = new http.Agent({ keepAlive: true });

/** One HTTP request with the headers that gitlab-runner sends, in its order. Rejects when the transport fails. */
export async function send(request: WireRequest): Promise<WireReply> {
  const url = new URL(request.url);
  const secure = url.protocol === 'https:' ? (await import('node:https')).default : null;
  return await new Promise((resolve, reject) => {
    const options: http.RequestOptions = {
      method: request.method,
      agent: secure ? secure.globalAgent : plain,
      headers: {
        Host: url.host,
        'User-Agent': USER_AGENT,
        'Content-Length': Buffer.byteLength(request.body),
        ...request.headers,
        'X-Request-Id': request.requestId,
        'Accept-Encoding': 'gzip',
      },
    };
    if (request.signal) options.signal = request.signal;
    const outgoing = (secure ?? http).request(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        if (!incoming.complete) return reject(new Error('unexpected EOF'));
        try {
          const body = textOf(Buffer.concat(chunks), incoming.headers['content-encoding']);
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body });
        } catch (error) {
          reject(error);
        }
      });
    });
    // As in Go: a persistent connection is not announced.
    outgoing.removeHeader('Connection');
    outgoing.setTimeout(RESPONSE_TIMEOUT, () =>
      outgoing.destroy(new Error('timeout awaiting response headers')),
    );
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}

const textOf = (bytes: Buffer, encoding: string | undefined): string =>
  (encoding === 'gzip' && bytes.length > 0 ? gunzipSync(bytes) : bytes).toString();

/** Closes the idle connections, so that nothing keeps the process alive. */
export function closeConnections(): void {
  plain.destroy();
}
