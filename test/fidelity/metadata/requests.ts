import type { Agent } from 'node:http';
import { type HttpReply, httpRequest } from '../../../src/net/http-request.ts';
import type { MetadataService } from './services.ts';

type Headers = Record<string, string>;

const LIMITS = { timeout: 5_000, maxBytes: 100_000 };

export const put = ({ endpoint }: MetadataService, headers: Headers): Promise<HttpReply> =>
  httpRequest({ url: `${endpoint}/latest/api/token`, method: 'PUT', headers, ...LIMITS });

export const ttl = (seconds: string): Headers => ({ 'x-aws-ec2-metadata-token-ttl-seconds': seconds });

/** A session token, as text. */
export const tokenOf = async (service: MetadataService, seconds = '60'): Promise<string> =>
  (await put(service, ttl(seconds))).body.toString();

/** One item; without a token where null. */
export const item = (
  service: MetadataService,
  path: string,
  token: string | null,
  agent?: Agent,
): Promise<HttpReply> =>
  httpRequest({
    url: `${service.endpoint}/latest/${path}`,
    headers: token === null ? {} : { 'x-aws-ec2-metadata-token': token },
    agent,
    ...LIMITS,
  });

/** What an item says, or null for 404. */
export async function textOf(service: MetadataService, path: string): Promise<string | null> {
  const { status, body } = await item(service, path, await tokenOf(service));
  return status === 404 ? null : body.toString();
}
