import type { IncomingMessage, ServerResponse } from 'node:http';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { clockOffsetNow, createTimeline } from '../../src/engine/timeline.ts';
import { MetadataError } from '../../src/errors.ts';
import type { LifecycleInput } from '../../src/lifecycle/events.ts';
import { createImds, type Imds } from '../../src/sources/imds.ts';
import { startMetadata } from '../../src/sources/metadata.ts';
import type { Poller } from '../../src/sources/poller.ts';
import { startServer, type TestServer } from '../support/http-server.ts';

const TARGET = 'autoscaling/target-lifecycle-state';
const SPOT = 'spot/instance-action';
const MAINTENANCE = 'events/maintenance/scheduled';

let server: TestServer;
let clock: Clock;
let imds: Imds;
let items: Record<string, string>;
let tokens: string[];
let valid: string | null;
let skew: number;
let interfere: ((request: IncomingMessage, response: ServerResponse) => boolean) | null;

beforeEach(async () => {
  [items, tokens, valid, skew, interfere] = [{}, [], null, 0, null];
  server = await startServer((request, response) => {
    if (interfere?.(request, response)) return;
    response.setHeader('date', new Date(Date.now() + skew).toUTCString());
    if (request.method === 'PUT') {
      valid = `token-${tokens.length}`;
      tokens.push(String(request.headers['x-aws-ec2-metadata-token-ttl-seconds']));
      return response.end(valid);
    }
    const item = items[request.url?.replace('/latest/meta-data/', '') ?? ''];
    const allowed = valid !== null && request.headers['x-aws-ec2-metadata-token'] === valid;
    response.statusCode = allowed ? (item === undefined ? 404 : 200) : 401;
    response.end(allowed ? item : '');
  });
  clock = createTimeline(clockOffsetNow());
  imds = createImds({ endpoint: server.url, timeout: 300, clock });
});

afterEach(async () => {
  imds.close();
  await server.close();
});

describe('the metadata client', () => {
  test('asks for one session token of six hours and uses it again', async () => {
    items['instance-id'] = 'i-1';
    const replies = await Promise.all([imds.get('meta-data/instance-id'), imds.get('meta-data/instance-id')]);
    expect(replies.map((reply) => reply?.text)).toEqual(['i-1', 'i-1']);
    expect(tokens).toEqual(['21600']);
  });

  test('gives null for 404', async () => {
    expect(await imds.get('meta-data/none')).toBeNull();
  });

  test('renews a token that is refused, once', async () => {
    items['instance-id'] = 'i-1';
    await imds.get('meta-data/instance-id');
    valid = 'another';
    expect((await imds.get('meta-data/instance-id'))?.text).toBe('i-1');
    expect(tokens).toHaveLength(2);
  });

  test('gives up when the new token is refused too', async () => {
    interfere = (request, response) => {
      if (request.method === 'PUT') return false;
      response.writeHead(401).end();
      return true;
    };
    await expect(imds.get('meta-data/x')).rejects.toThrow(MetadataError);
    expect(tokens).toHaveLength(2);
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ['hangs', () => {}],
    [
      'sends a body without end',
      (response) => void response.writeHead(200, { 'content-length': '100' }).write('x'),
    ],
    ['drops the connection', (response) => void response.destroy()],
    ['sends too much', (response) => void response.end('x'.repeat(300_000))],
    ['redirects', (response) => void response.writeHead(302, { location: '/elsewhere' }).end()],
    ['sends what is not text', (response) => void response.end(Buffer.from([0xff, 0xfe]))],
  ])('fails when the service %s', async (_, misbehave) => {
    interfere = (request, response) => {
      if (request.method === 'PUT') return false;
      misbehave(response);
      return true;
    };
    await expect(imds.get('meta-data/x')).rejects.toThrow(MetadataError);
  });
});

describe('the metadata watcher', () => {
  let source: Poller;
  let seen: LifecycleInput[];
  let bootedAt: number;
  beforeEach(() => {
    bootedAt = Number.NEGATIVE_INFINITY;
  });
  const watch = (openMaintenance: string | null = null) => {
    seen = [];
    const emit = (input: LifecycleInput) => void seen.push(input);
    source = startMetadata({
      imds,
      clock,
      interval: 10,
      openMaintenance,
      bootedAt,
      emit,
      log: pino({ enabled: false }),
    });
  };
  const look = async () => {
    seen.length = 0;
    await source.poll?.();
    return seen;
  };
  const only = (type: LifecycleInput['type']) => seen.filter((input) => input.type === type);
  afterEach(() => source.stop());

  test('reports the target at each look, and nothing while there is none', async () => {
    watch();
    await look();
    expect(seen).toEqual([]);
    items[TARGET] = 'Terminated';
    await look();
    expect(seen).toContainEqual({ type: 'target.observed', target: 'Terminated' });
  });

  test.each([
    ['spot', 7],
    ['on-demand', 1],
    ['scheduled', 7],
  ])('looks for a Spot notice at each look, but seldom where none is due: %s', async (lifeCycle, times) => {
    items['instance-life-cycle'] = lifeCycle;
    items[TARGET] = 'InService';
    let spot = 0;
    interfere = ({ url }) => {
      if (url?.endsWith(SPOT)) spot += 1;
      return false;
    };
    watch();
    source.setInterval(60_000);
    await source.poll();
    for (let looks = 0; looks < 5; looks += 1) expect(await look()).toHaveLength(1);
    expect(spot).toBe(times);
  });

  test('is silent about a target that it does not know', async () => {
    items[TARGET] = '<html>';
    watch();
    await look();
    expect(seen).toEqual([]);
  });

  test('puts a Spot notice on the timeline once, by the clock of the service', async () => {
    skew = 3_600_000;
    items[SPOT] = JSON.stringify({
      action: 'stop',
      time: new Date(Date.now() + skew + 120_000).toISOString(),
    });
    watch();
    await look();
    const notices = only('interruption.noticed') as { action: string; deadline: number }[];
    expect(notices[0]?.action).toBe('stop');
    expect(Math.abs((notices[0]?.deadline ?? 0) - (clock.now() + 120_000))).toBeLessThan(2_500);
    const first = notices[0]?.deadline;
    skew = 0;
    await look();
    expect((only('interruption.noticed')[0] as { deadline: number }).deadline).toBe(first);
  });

  test('reports maintenance, and its end', async () => {
    const event = {
      EventId: 'instance-event-1',
      Code: 'system-reboot',
      State: 'active',
      NotBefore: '21 Jan 2099 09:00:43 GMT',
    };
    items[MAINTENANCE] = JSON.stringify([event]);
    watch();
    await look();
    expect(only('maintenance.noticed')[0]).toMatchObject({
      id: 'instance-event-1',
      code: 'system-reboot',
      notAfter: null,
    });
    items[MAINTENANCE] = JSON.stringify([{ ...event, State: 'canceled' }]);
    await look();
    await look();
    expect(only('maintenance.noticed')).toEqual([]);
  });

  test('notices the end of a maintenance that an earlier process knew', async () => {
    items[MAINTENANCE] = '[]';
    watch('instance-event-1');
    await expect.poll(() => seen).toContainEqual({ type: 'maintenance.cleared', id: 'instance-event-1' });
  });

  test('T8: a reboot that was scheduled for before this boot is over, though EC2 still lists it', async () => {
    const NotBefore = new Date(Date.now() - 60_000).toUTCString();
    const listed = (Code: string) =>
      JSON.stringify([{ EventId: 'instance-event-1', Code, State: 'active', NotBefore }]);
    items[MAINTENANCE] = listed('system-reboot');
    bootedAt = clock.now() - 10_000;
    watch('instance-event-1');
    await expect.poll(() => seen).toContainEqual({ type: 'maintenance.cleared', id: 'instance-event-1' });
    items[MAINTENANCE] = listed('instance-stop');
    await look();
    await look();
    expect(only('maintenance.noticed')).not.toEqual([]);
  });

  test('infers nothing when the service fails', async () => {
    items[TARGET] = 'InService';
    interfere = (_, response) => {
      response.writeHead(500).end();
      return true;
    };
    watch('instance-event-1');
    await look();
    expect(seen).toEqual([]);
    interfere = null;
    await look();
    expect(seen).toContainEqual({ type: 'target.observed', target: 'InService' });
  });

  test('stops, and reports nothing afterwards', async () => {
    items[TARGET] = 'InService';
    watch();
    await look();
    await source.stop();
    seen.length = 0;
    await source.poll?.();
    expect(seen).toEqual([]);
  });
});
