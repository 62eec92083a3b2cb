import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clockOffsetNow, createTimeline } from '../../src/engine/timeline.ts';
import type { LifecycleInput } from '../../src/lifecycle/events.ts';
import type { Poller } from '../../src/sources/poller.ts';
import { type RunnerMetricsDeps, startRunnerMetrics } from '../../src/sources/runner-metrics.ts';
import { startServer, type TestServer } from '../support/http-server.ts';

const BODY = `gitlab_runner_version_info{version="19.4.0"} 1
gitlab_runner_process_state_info{state="running"} 1
gitlab_runner_concurrent 2
gitlab_runner_jobs{runner="a",state="running"} 1
`;

let server: TestServer;
let answer: (response: ServerResponse) => void;
let seen: LifecycleInput[];
let source: Poller;

beforeEach(async () => {
  answer = (response) => response.end(BODY);
  seen = [];
  server = await startServer((_, response) => answer(response));
});
afterEach(async () => {
  await source.stop();
  await server.close();
});

async function look(changes: Partial<RunnerMetricsDeps> = {}): Promise<LifecycleInput | undefined> {
  source = startRunnerMetrics({
    url: `${server.url}/metrics`,
    interval: 60_000,
    timeout: 20_000,
    clock: createTimeline(clockOffsetNow()),
    findRunner: async () => null,
    emit: (input) => void seen.push(input),
    log: pino({ enabled: false }),
    ...changes,
  });
  await expect.poll(() => seen.length).toBeGreaterThan(0);
  return seen[0];
}

test('a healthy runner gives a sample', async () => {
  expect(await look()).toEqual({ type: 'runner.sampled', running: 1, limit: 2, paused: false });
});

test('a runner that is paused in GitLab says so', async () => {
  expect(await look({ readPaused: async () => true })).toMatchObject({ paused: true });
});

test('the port is believed when the runner itself listens on it', async () => {
  expect(await look({ findRunner: async () => process.pid })).toMatchObject({ type: 'runner.sampled' });
});

test('a port that another process than the runner owns is not believed', async () => {
  expect(await look({ findRunner: async () => process.ppid })).toMatchObject({
    type: 'runner.unreadable',
    reason: expect.stringContaining('belongs to another process'),
  });
});

test('numbers over the checked connection are the runner’s, whoever else takes the port; another connection is checked again', async () => {
  await look({ findRunner: async () => process.pid });
  const { port } = new URL(server.url);
  const script = `require('net').createServer().listen(${port}, '127.0.0.2', () => console.log('listening'))`;
  const other = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(other.stdout, 'data');
    answer = (response) => response.setHeader('connection', 'close').end(BODY.replace(/1\n$/, '2\n'));
    await source.poll();
    expect(seen.at(-1)).toMatchObject({ type: 'runner.sampled', running: 2 });
    await source.poll();
    expect(seen.at(-1)).toMatchObject({ type: 'runner.unreadable' });
  } finally {
    other.kill();
  }
});

test('a kept connection that is closed under the next scrape is no failed reading', async () => {
  const sockets = new Set<unknown>();
  answer = (response) => {
    if (sockets.has(response.socket)) return void response.socket?.resetAndDestroy();
    sockets.add(response.socket);
    response.end(BODY);
  };
  await look({ findRunner: async () => process.pid });
  for (let looks = 0; looks < 5; looks += 1) await source.poll();
  expect(new Set(seen.map(({ type }) => type))).toEqual(new Set(['runner.sampled']));
  expect(sockets.size).toBeGreaterThan(2);
});

test('one connection serves all looks', async () => {
  const sockets = new Set<unknown>();
  answer = (response) => {
    sockets.add(response.socket);
    response.end(BODY);
  };
  await look({ findRunner: async () => process.pid });
  for (let looks = 0; looks < 5; looks += 1) await source.poll();
  expect(seen).toHaveLength(6);
  expect(sockets.size).toBe(1);
});

test('where the process cannot be told, the answer alone counts', async () => {
  const findRunner = () => Promise.reject(new Error('no systemd'));
  expect(await look({ findRunner })).toMatchObject({ type: 'runner.sampled' });
});

describe('no reading is not a zero', () => {
  test.each<[string, (response: ServerResponse) => void]>([
    ['an error', (response) => void response.writeHead(500).end(BODY)],
    ['a hang', () => {}],
    ['a slow body', (response) => void response.write(BODY)],
    [
      'a cut body',
      (response) =>
        void response.writeHead(200, { 'content-length': '9999' }).write(BODY, () => response.destroy()),
    ],
    ['ten megabytes', (response) => void response.end('a'.repeat(10_000_000))],
    ['ten megabytes of zeros', (response) => void response.end(Buffer.alloc(10_000_000))],
    ['an empty body', (response) => void response.end()],
    ['HTML', (response) => void response.end('<html>\n')],
    [
      'a redirect to a healthy runner',
      (response) => void response.writeHead(302, { location: '/metrics2' }).end(),
    ],
  ])('%s is unreadable', async (_, misbehave) => {
    answer = misbehave;
    expect(await look({ timeout: 300 })).toMatchObject({ type: 'runner.unreadable' });
  });

  test('a host that is not localhost, though its name begins so, is not looked for there', async () => {
    const { port } = new URL(server.url);
    const url = `http://localhost.invalid:${port}/metrics`;
    expect(await look({ url })).toMatchObject({ type: 'runner.unreadable' });
  });

  test('a closed port is unreadable', async () => {
    expect(await look({ url: 'http://127.0.0.1:1/metrics' })).toMatchObject({ type: 'runner.unreadable' });
  });
});
