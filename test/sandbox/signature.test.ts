import { expect, test } from 'vitest';
import type { HttpRequest, Route } from '../../src/sandbox/http.ts';
import { RoleCredentials } from '../../src/sandbox/role-credentials.ts';
import { signatureFault, signedBy } from '../../src/sandbox/signature.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 0, 1, 8);
const services = ['autoscaling', 'ec2', 'ssm', 'secretsmanager'] as const;

function request(accessKeyId: string, token?: string, date = '20260101T080000Z'): HttpRequest {
  const headers = {
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/autoscaling/aws4_request, SignedHeaders=host, Signature=0`,
    'x-amz-date': date,
    ...(token && { 'x-amz-security-token': token }),
  };
  return {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers,
    body: Buffer.of(),
    from: '',
    signal: AbortSignal.abort(),
  };
}

function judged(service: Route['service'], signed: HttpRequest, keys: RoleCredentials, now = START) {
  const fault = signatureFault(signedBy(signed), service, { keys, now });
  return fault && `${fault.status} ${fault.code}`;
}

test('keys of the instances are good until they expire; others are nobody’s, or not judged', () => {
  const keys = new RoleCredentials(createVirtualClock(START), { lifetime: HOUR });
  const { accessKeyId, token } = keys.of('i-1');
  const late = '20260101T090000Z';
  for (const service of services) {
    expect(judged(service, request(accessKeyId, token), keys)).toBeNull();
    expect(judged(service, request('AKIAOPERATOR'), keys)).toBeNull();
  }
  expect(
    services.map((service) => judged(service, request(accessKeyId, token, late), keys, START + HOUR)),
  ).toEqual([
    '403 ExpiredToken',
    '400 RequestExpired',
    '400 ExpiredTokenException',
    '400 ExpiredTokenException',
  ]);
  const unknown = ['403 InvalidClientTokenId', '401 AuthFailure', '400 UnrecognizedClientException'];
  for (const other of [request(accessKeyId), request(accessKeyId, 'another'), request('ASIANOBODY', token)]) {
    expect(services.slice(0, 3).map((service) => judged(service, other, keys))).toEqual(unknown);
  }
  expect(signatureFault(null, 'ec2', { keys, now: START })).toBeNull();
});

test('a request may be five minutes early or late, at EC2 fifteen', () => {
  const keys = new RoleCredentials(createVirtualClock(START));
  const at = (service: Route['service'], minutes: number) =>
    judged(service, request('AKIAOPERATOR'), keys, START + minutes * MINUTE);
  for (const minutes of [-5, 5]) expect(at('autoscaling', minutes)).toBeNull();
  for (const minutes of [-15, 15]) expect(at('ec2', minutes)).toBeNull();
  for (const minutes of [-16, 16]) {
    expect(services.map((service) => at(service, minutes))).toEqual([
      '403 SignatureDoesNotMatch',
      '400 RequestExpired',
      '400 InvalidSignatureException',
      '400 InvalidSignatureException',
    ]);
  }
});

test('the metadata hand out others some time before the present ones expire, which stay good', async () => {
  const clock = createVirtualClock(START);
  const keys = new RoleCredentials(clock, { lifetime: HOUR, renewal: 5 * MINUTE });
  const first = keys.of('i-1');
  await clock.advance(54 * MINUTE);
  expect(keys.of('i-1')).toEqual(first);
  await clock.advance(2 * MINUTE);
  expect(keys.of('i-1').accessKeyId).not.toBe(first.accessKeyId);
  expect(keys.judge(first.accessKeyId, first.token, clock.wall())).toBe('good');
  keys.revoke('i-1');
  expect(keys.judge(first.accessKeyId, first.token, clock.wall())).toBe('good');
});
