import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { clockOffsetNow, createTimeline } from '../../src/engine/timeline.ts';
import { discover } from '../../src/sources/discover.ts';
import { createGroupReader } from '../../src/sources/group-reader.ts';
import { findIdentity, readIdentity } from '../../src/sources/identity.ts';
import { createImds, type Imds } from '../../src/sources/imds.ts';
import { readPaused } from '../../src/sources/runner-paused.ts';
import { noInstanceXml, type QueryServer, startQueryServer } from '../support/aws-query.ts';
import { startServer, type TestServer } from '../support/http-server.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const clock = createTimeline(clockOffsetNow());
const log = pino({ enabled: false });
const directory = mkdtempSync(join(tmpdir(), 'drover-discover-'));
const configFile = join(directory, 'config.toml');

let web: TestServer;
let aws: QueryServer;
let imds: Imds;
let pages: Record<string, string>;

beforeEach(async () => {
  pages = { '/latest/api/token': 't' };
  web = await startServer((request, response) => {
    const page = pages[request.url ?? ''];
    response.statusCode = page === undefined ? 404 : 200;
    response.end(page);
  });
  imds = createImds({ endpoint: web.url, timeout: 20_000, clock });
  aws = await startQueryServer({ DescribeAutoScalingInstances: () => noInstanceXml });
});
afterAll(() => rmSync(directory, { recursive: true }));
afterEach(async () => {
  await Promise.all([web.close(), aws.close()]);
});

const settings = () =>
  parseConfig(
    {
      gitlab: { url: 'http://x' },
      runners: [{ tokenEnv: 'T' }],
      runner: { serviceManager: 'process', pidFile: join(directory, 'pid'), configFile },
    },
    {},
    'test',
  ).runner;

test('discovery waits for an answer of the API and then tells all at once', async () => {
  let silent = 3;
  aws.answers.DescribeAutoScalingInstances = () => (silent-- > 0 ? 'drop' : noInstanceXml);
  pages['/latest/meta-data/autoscaling/target-lifecycle-state'] = 'InService';
  const reader = createGroupReader({ api: aws.api, clock, instanceId: 'i-1', hookNames: {} });
  expect(await discover({ imds, reader, settings: settings(), clock, log })).toEqual({
    type: 'discovered',
    group: null,
    target: 'InService',
    runner: { alive: false, registered: false },
  });
});

test('discovery ends when it is called off', async () => {
  aws.answers.DescribeAutoScalingInstances = () => 'drop';
  const reader = createGroupReader({ api: aws.api, clock, instanceId: 'i-1', hookNames: {} });
  const off = new AbortController();
  const pending = discover({ imds, reader, settings: settings(), clock, log }, off.signal);
  off.abort(new Error('called off'));
  await expect(pending).rejects.toThrow('called off');
});

test('identity comes from the metadata; a configured region wins', async () => {
  pages['/latest/meta-data/instance-id'] = 'i-0abc';
  pages['/latest/meta-data/placement/region'] = 'eu-central-1';
  expect(await readIdentity(imds, undefined)).toEqual({ instanceId: 'i-0abc', region: 'eu-central-1' });
  expect(await readIdentity(imds, 'us-east-1')).toEqual({ instanceId: 'i-0abc', region: 'us-east-1' });
  pages['/latest/meta-data/instance-id'] = '<html>';
  await expect(readIdentity(imds, undefined)).rejects.toThrow('as instance id');
});

test('metadata that do not answer are asked again for an identity, after five seconds at most', async () => {
  const virtual = createVirtualClock(0);
  const asked: number[] = [];
  const silent: Imds = {
    async get() {
      asked.push(virtual.now());
      throw new Error('no answer');
    },
    close() {},
  };
  const off = new AbortController();
  const found = findIdentity(silent, undefined, { clock: virtual, log, signal: off.signal });
  await virtual.advance(20_000);
  expect(asked).toEqual([0, 500, 1_500, 3_500, 7_500, 12_500, 17_500]);
  off.abort(new Error('called off'));
  await expect(found).rejects.toThrow('called off');
});

test('the runners are paused when GitLab says so of each', async () => {
  writeFileSync(configFile, '[[runners]]\nid = 7\ntoken = "a"\n[[runners]]\nid = 8\ntoken = "b"\n');
  const read = () => readPaused({ url: web.url, apiToken: 'secret', configFile, timeout: 20_000 });
  pages['/api/v4/runners/7'] = '{"paused":true}';
  pages['/api/v4/runners/8'] = '{"paused":false}';
  expect(await read()).toBe(false);
  pages['/api/v4/runners/8'] = '{"paused":true}';
  expect(await read()).toBe(true);
  delete pages['/api/v4/runners/8'];
  await expect(read()).rejects.toThrow('did not say whether runner 8 is paused');
});
