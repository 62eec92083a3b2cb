import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** A page of another site whose name leads here must not read ours: only names that are ours, and plain addresses. */
export function isOurHost(header: string | undefined, names: readonly string[]): boolean {
  if (header === undefined) return false;
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:/@]+))(?::\d{1,5})?$/i.exec(header);
  const host = (match?.[1] ?? match?.[2] ?? '').toLowerCase();
  return isIP(host) !== 0 || ['localhost', hostname().toLowerCase(), ...names].includes(host);
}

/** Whether the request carries the token, as `Bearer`, or as the password of `Basic`, which browsers ask for. */
export function carriesToken({ headers }: IncomingMessage, token: string): boolean {
  const [scheme = '', value = ''] = (headers.authorization ?? '').split(' ');
  if (/^bearer$/i.test(scheme)) return isSame(value, token);
  if (!/^basic$/i.test(scheme)) return false;
  const text = Buffer.from(value, 'base64').toString('utf8');
  return isSame(text.slice(text.indexOf(':') + 1), token);
}

/** A change is asked for by our own page (or a program), not by a form of somebody else's. */
export function isOwnRequest({ headers }: IncomingMessage): boolean {
  const isJson = headers['content-type']?.split(';')[0]?.trim() === 'application/json';
  const site = headers['sec-fetch-site'];
  return isJson && (site === undefined || site === 'same-origin');
}

/** Compares in a time that tells nothing. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
