import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Faults } from '../faults.ts';
import { type HttpRequest, type HttpService, type OpenPort, type Reply, serve } from '../http.ts';
import type { EventLog } from '../log.ts';
import { metadataItem } from './tree.ts';
import type { MetadataView } from './view.ts';

export interface MetadataServerOptions {
  clock: Clock;
  log: EventLog;
  faults: Faults;
  /** The instance that asks from this address, as it is now; null: none does. */
  view(from: string): MetadataView | null;
  port?: number;
  open?: OpenPort | undefined;
}

const LONGEST_TTL = 21_600;

/**
 * IMDSv2 (EC2 User Guide, "Use the Instance Metadata Service"): no item without a session token. Of one instance, or,
 * as on EC2's own address, of whichever asks; a token opens only the items of the instance that it was issued to.
 */
export function startMetadataServer(options: MetadataServerOptions): Promise<HttpService> {
  const { clock, log, faults, view } = options;
  const tokens = new Map<string, { until: number; instanceId: string }>();

  const issue = (request: HttpRequest, { instanceId }: MetadataView): Reply => {
    if (request.headers['x-forwarded-for'] !== undefined) return page(403, 'Forbidden');
    const asked = String(request.headers['x-aws-ec2-metadata-token-ttl-seconds']);
    const ttl = /^\+?\d+$/.test(asked) ? Number(asked) : 0;
    if (ttl < 1 || ttl > LONGEST_TTL) return page(400, 'Bad Request');
    const token = randomBytes(40).toString('base64');
    tokens.set(token, { until: clock.now() + ttl * 1000, instanceId });
    return text(token, { 'x-aws-ec2-metadata-token-ttl-seconds': String(ttl) });
  };

  const read = (request: HttpRequest, shown: MetadataView): Reply => {
    const token = request.headers['x-aws-ec2-metadata-token'];
    const session = typeof token === 'string' ? tokens.get(token) : undefined;
    if (session === undefined || session.until <= clock.now() || session.instanceId !== shown.instanceId) {
      return page(401, 'Unauthorized');
    }
    const item = metadataItem(shown, request.path.replace(/^\/latest\//, ''));
    return item === null ? page(404, 'Not Found') : text(item);
  };

  return serve({
    service: 'metadata',
    log,
    faults,
    route: (request) => ({
      operation: request.path.replace(/^\/latest\//, ''),
      instanceId: view(request.from)?.instanceId,
      mutating: false,
    }),
    handle(request) {
      const shown = view(request.from);
      if (shown === null) return page(404, 'Not Found');
      if (request.method === 'PUT' && request.path === '/latest/api/token') return issue(request, shown);
      if (request.method !== 'GET' && request.method !== 'HEAD') return page(405, 'Method Not Allowed');
      return read(request, shown);
    },
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.open && { open: options.open }),
  });
}

/** The real service closes the connection after each answer. */
const EVERY = { server: 'EC2ws', connection: 'close' };

const text = (body: string, headers: Record<string, string> = {}): Reply => ({
  status: 200,
  headers: { ...EVERY, 'content-type': 'text/plain', ...headers },
  body,
});

/** Refusals are small XHTML pages. */
const page = (status: number, title: string): Reply => ({
  status,
  headers: { ...EVERY, 'content-type': 'text/html' },
  body: `<?xml version="1.0" encoding="iso-8859-1"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">\n <head>\n  <title>${status} - ${title}</title>\n </head>\n <body>\n  <h1>${status} - ${title}</h1>\n </body>\n</html>\n`,
});
