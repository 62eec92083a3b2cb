import { AwsFault } from './autoscaling/model.ts';
import type { HttpRequest, Route } from './http.ts';
import type { RoleCredentials } from './role-credentials.ts';

/** Who signed a request, and when, as its headers say; the signature itself is not checked. */
export interface Signed {
  accessKeyId: string;
  token: string | undefined;
  /** X-Amz-Date, ms since the epoch; null where there is none. */
  at: number | null;
}

/** How far a request's time may be from AWS's, in minutes: EC2's own limit, and that of the other services. */
const TOLERANCE = { ec2: 15, others: 5 };

/** What Signature Version 4 says of the signer; null for a request that is not signed. */
export function signedBy({ headers }: HttpRequest): Signed | null {
  const accessKeyId = /^AWS4-HMAC-SHA256 Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1];
  if (accessKeyId === undefined) return null;
  const token = headers['x-amz-security-token'];
  const date = headers['x-amz-date'];
  return {
    accessKeyId,
    token: typeof token === 'string' ? token : undefined,
    at: typeof date === 'string' ? instantOf(date) : null,
  };
}

/**
 * Why AWS refuses the request before it looks at it, in the service's own words: too early or too late by AWS's clock,
 * or signed with temporary keys that it does not know or that have expired. Null: it does not.
 */
export function signatureFault(
  signed: Signed | null,
  service: Route['service'],
  { keys, now }: { keys: RoleCredentials; now: number },
): AwsFault | null {
  if (signed === null) return null;
  const late = lateness(signed.at, now, service);
  if (late !== null) return late;
  // Long-term keys begin with AKIA: whoever uses one is not an instance.
  if (!signed.accessKeyId.startsWith('ASIA')) return null;
  const verdict = keys.judge(signed.accessKeyId, signed.token, now);
  return verdict === 'good' ? null : refusals(service)[verdict];
}

function lateness(at: number | null, now: number, service: Route['service']): AwsFault | null {
  const minutes = service === 'ec2' ? TOLERANCE.ec2 : TOLERANCE.others;
  if (at === null || Math.abs(now - at) <= minutes * 60_000) return null;
  if (service === 'ec2') return new AwsFault('RequestExpired', 'Request has expired.', 400);
  const early = at > now;
  const limit = now + (early ? 1 : -1) * minutes * 60_000;
  const why = early ? 'Signature not yet current' : 'Signature expired';
  const relation = early ? 'still later' : 'now earlier';
  const sign = early ? '+' : '-';
  return isJson(service)
    ? new AwsFault('InvalidSignatureException', text(), 400)
    : new AwsFault('SignatureDoesNotMatch', text(), 403);

  function text(): string {
    return `${why}: ${amzDate(at ?? 0)} is ${relation} than ${amzDate(limit)} (${amzDate(now)} ${sign} ${minutes} min.)`;
  }
}

/** What each service calls it ("Common Errors" of each; EC2's "Error codes"). */
function refusals(service: Route['service']): Record<'expired' | 'unknown', AwsFault> {
  const expired = 'The security token included in the request is expired';
  const unknown = 'The security token included in the request is invalid.';
  if (service === 'ec2') {
    return {
      expired: new AwsFault('RequestExpired', 'Request has expired.', 400),
      unknown: new AwsFault(
        'AuthFailure',
        'AWS was not able to validate the provided access credentials',
        401,
      ),
    };
  }
  if (isJson(service)) {
    return {
      expired: new AwsFault('ExpiredTokenException', expired, 400),
      unknown: new AwsFault('UnrecognizedClientException', unknown, 400),
    };
  }
  return {
    expired: new AwsFault('ExpiredToken', expired, 403),
    unknown: new AwsFault('InvalidClientTokenId', unknown, 403),
  };
}

const isJson = (service: Route['service']) => service === 'ssm' || service === 'secretsmanager';

/** `20260101T082200Z` */
const amzDate = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');

function instantOf(date: string): number | null {
  const [, day = '', time = ''] = /^(\d{8})T(\d{6})Z$/.exec(date) ?? [];
  const parsed = Date.parse(
    `${day.replace(/(\d{4})(\d\d)(\d\d)/, '$1-$2-$3')}T${time.replace(/(\d\d)(\d\d)(\d\d)/, '$1:$2:$3')}Z`,
  );
  return Number.isNaN(parsed) ? null : parsed;
}
