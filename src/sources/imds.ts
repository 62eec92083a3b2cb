import type { Clock } from '../clock.ts';
import { MetadataError } from '../errors.ts';
import { type HttpReply, httpRequest } from '../net/http-request.ts';

/** The longest that IMDSv2 grants ("Use IMDSv2", EC2 User Guide), in s. */
const TOKEN_TTL = 21_600;
/** Used until this part of its life is over. */
const TOKEN_USE = 0.9;
const MAX_BODY = 256_000;

export interface ImdsReply {
  text: string;
  /** The service's own clock when it answered (ms since the epoch, whole seconds), or null. */
  serverDate: number | null;
}

export interface Imds {
  /** One item, such as `meta-data/instance-id`; null where the service answers 404. Throws MetadataError otherwise. */
  get(path: string, signal?: AbortSignal): Promise<ImdsReply | null>;
  /** Ends every request in flight; later ones fail. */
  close(): void;
}

export interface ImdsOptions {
  /** Such as http://169.254.169.254. */
  endpoint: string;
  /** For one request, in ms. */
  timeout: number;
  clock: Clock;
}

/** A client of the instance metadata service, version 2 only. It keeps one session token and renews it in time. */
export function createImds({ endpoint, timeout, clock }: ImdsOptions): Imds {
  const closing = new AbortController();
  let token: { value: string; until: number } | null = null;
  let renewal: Promise<string> | null = null;

  const send = async (
    what: string,
    method: 'GET' | 'PUT',
    headers: Record<string, string>,
    signal?: AbortSignal,
  ) => {
    const url = `${endpoint}/latest/${what}`;
    const signals = [signal, closing.signal];
    try {
      return await httpRequest({ url, method, headers, timeout, maxBytes: MAX_BODY, signals });
    } catch (cause) {
      throw new MetadataError(`metadata ${what}: ${(cause as Error).message}; is ${endpoint} reachable?`, {
        cause,
      });
    }
  };
  const renew = async (): Promise<string> => {
    const reply = await send('api/token', 'PUT', {
      'x-aws-ec2-metadata-token-ttl-seconds': String(TOKEN_TTL),
    });
    const value = reply.body.toString('latin1').trim();
    if (reply.status !== 200 || value === '') {
      throw new MetadataError(
        `metadata refused a session token (${reply.status}): is IMDS enabled on the instance?`,
      );
    }
    const granted = Number(reply.headers['x-aws-ec2-metadata-token-ttl-seconds'] ?? TOKEN_TTL);
    const ttl = Number.isFinite(granted) && granted > 0 ? granted : TOKEN_TTL;
    token = { value, until: clock.now() + ttl * 1_000 * TOKEN_USE };
    return value;
  };
  const session = (): Promise<string> => {
    if (token && clock.now() < token.until) return Promise.resolve(token.value);
    renewal ??= renew().finally(() => {
      renewal = null;
    });
    return renewal;
  };
  const read = async (path: string, signal?: AbortSignal) => {
    const value = await session();
    return { value, reply: await send(path, 'GET', { 'x-aws-ec2-metadata-token': value }, signal) };
  };

  return {
    async get(path, signal) {
      let { value, reply } = await read(path, signal);
      if (reply.status === 401) {
        // Another request may have renewed it meanwhile.
        if (token?.value === value) token = null;
        ({ value, reply } = await read(path, signal));
      }
      if (reply.status === 404) return null;
      if (reply.status !== 200) throw new MetadataError(`metadata ${path} answered ${reply.status}`);
      return { text: decode(path, reply), serverDate: dateOf(reply) };
    },
    close: () => closing.abort(new Error('the client was closed')),
  };
}

function decode(path: string, reply: HttpReply): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(reply.body);
  } catch (cause) {
    throw new MetadataError(`metadata ${path} is not UTF-8 text`, { cause });
  }
}

function dateOf(reply: HttpReply): number | null {
  const date = Date.parse(reply.headers.date ?? '');
  return Number.isNaN(date) ? null : date;
}
