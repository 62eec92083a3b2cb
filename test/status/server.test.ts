import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Hub } from '../../src/status/hub.ts';
import { type StatusServer, startStatusServer } from '../../src/status/server.ts';
import { writeJournal } from './journal.ts';

let hub: Hub;
let journal: ReturnType<typeof writeJournal>;
let server: StatusServer;
const open: Array<StatusServer | Socket> = [];

const start = async (more: Partial<Parameters<typeof startStatusServer>[0]> = {}) => {
  const started = await startStatusServer({
    hub,
    host: '127.0.0.1',
    port: 0,
    token: null,
    names: [],
    ...more,
  });
  open.push(started);
  return started;
};

beforeEach(async () => {
  hub = new Hub({ title: 'test' });
  journal = writeJournal();
  server = await start();
});
afterEach(async () => {
  for (const one of open.splice(0)) {
    if ('url' in one) await one.close();
    else one.destroy();
  }
});

const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(new URL(path, server.url), { headers });
  return { status: response.status, text: await response.text(), headers: response.headers };
};

/** A request as it goes over the wire; resolves with what has come when `until` is seen, or the connection ended. */
function raw(request: string, until: RegExp): Promise<string> {
  const { port, hostname } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  open.push(socket);
  socket.write(request.replaceAll('\n', '\r\n'));
  let text = '';
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk) => {
      text += String(chunk);
      if (until.test(text)) resolve(text);
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}

const listen = (lastId?: string) =>
  raw(
    `GET /events HTTP/1.1\nHost: localhost\n${lastId === undefined ? '' : `Last-Event-ID: ${lastId}\n`}\n`,
    /data: .*\n\n/,
  );

describe('what is served', () => {
  test('health, readiness and the instances; ready only with a record that is written', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200 });
    expect(await get('/readyz')).toMatchObject({ status: 503, text: 'no record yet\n' });
    for (const entry of journal.serve()) hub.entry(entry);
    expect(await get('/readyz')).toMatchObject({ status: 200 });
    hub.entry(journal.sample(1), true);
    expect(await get('/readyz')).toMatchObject({ status: 503, text: 'the journal cannot be written\n' });
    const { instances } = JSON.parse((await get('/api/instances')).text);
    expect(instances).toMatchObject([{ state: 'inService.available', running: 1 }]);
  });

  test('the first view takes less than 100 kB, all of it from here', async () => {
    for (const entry of journal.serve()) hub.entry(entry);
    for (let count = 0; count < 400; count += 1) hub.entry(journal.sample(count % 3));
    const parts = await Promise.all(['/', '/page.js', '/page.css', '/icon.svg'].map((path) => get(path)));
    expect(parts.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const hello = await listen();
    const bytes = [...parts.map(({ text }) => text), hello].map((text) => Buffer.byteLength(text));
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(100_000);
    const [page, script, style] = parts.map(({ text }) => text.replaceAll('http://www.w3.org/2000/svg', ''));
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(`${script}${style}`).not.toMatch(/https?:|@import|url\(/);
  });
});

describe('who is answered', () => {
  test('a foreign Host header, and none, are refused; addresses and names that are ours are not', async () => {
    const answer = (host: string) =>
      raw(`GET /api/instances HTTP/1.1\nHost: ${host}\nConnection: close\n\n`, /\r\n\r\n/);
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example:80',
      '127.0.0.1@x',
    ]) {
      expect(await answer(host)).toMatch(/^HTTP\/1\.1 421/);
    }
    for (const host of ['localhost', 'localhost:9180', '127.0.0.1:1', '[::1]:9180', 'LOCALHOST']) {
      expect(await answer(host)).toMatch(/^HTTP\/1\.1 200/);
    }
    expect(await raw('GET / HTTP/1.1\nConnection: close\n\n', /never/)).toMatch(/^HTTP\/1\.1 400/);
  });

  test('a path outside leads nowhere', async () => {
    for (const path of [
      '/../package.json',
      '/%2e%2e/package.json',
      '/page.js/../../package.json',
      '//etc/passwd',
    ]) {
      const text = await raw(`GET ${path} HTTP/1.1\nHost: localhost\nConnection: close\n\n`, /never/);
      expect(text).toMatch(/^HTTP\/1\.1 404/);
    }
    expect((await get('/control/jobs')).status).toBe(404);
  });

  test('with a token nobody is answered without it, but for health; Bearer and Basic carry it', async () => {
    server = await start({ token: 'let-me-in' });
    const basic = (password: string) => `Basic ${Buffer.from(`any:${password}`).toString('base64')}`;
    expect((await get('/healthz')).status).toBe(200);
    for (const path of ['/', '/metrics', '/api/instances', '/events', '/page.js']) {
      expect((await get(path)).status).toBe(401);
      expect((await get(path, { authorization: 'Bearer wrong' })).status).toBe(401);
    }
    expect((await get('/', { authorization: 'Bearer let-me-in' })).status).toBe(200);
    expect((await get('/', { authorization: basic('let-me-in') })).status).toBe(200);
    expect((await get('/', { authorization: basic('let-me') })).status).toBe(401);
  });

  test('controls are for our own page: JSON, from the same site, and only where there are some', async () => {
    const asked: unknown[] = [];
    server = await start({ control: (path, body) => void asked.push([path, body]) });
    const post = (headers: Record<string, string>, body = '{"count":1}') =>
      fetch(new URL('/control/jobs', server.url), { method: 'POST', headers, body });
    const json = { 'content-type': 'application/json' };
    expect((await post({ 'content-type': 'text/plain' })).status).toBe(403);
    expect((await post({ ...json, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post(json, 'no json')).status).toBe(400);
    expect((await post(json, `"${'x'.repeat(70_000)}"`)).status).toBe(400);
    expect(asked).toEqual([]);
    expect((await post(json)).status).toBe(200);
    expect(asked).toEqual([['/jobs', { count: 1 }]]);
  });
});

describe('the stream', () => {
  test('goes on behind Last-Event-ID, also in a server that has just read the journal', async () => {
    const entries = journal.serve();
    for (const entry of entries) hub.entry(entry);
    const later = [journal.sample(1), journal.sample(2)];
    const after = new Hub({ title: 'test' });
    for (const entry of [...entries, ...later]) after.entry(entry);
    hub = after;
    server = await start();
    const text = await raw(
      `GET /events HTTP/1.1\nHost: localhost\nLast-Event-ID: i-0123456789abcdef0.${entries.length}.4\n\n`,
      /"running":2.*\n\n/,
    );
    expect([...text.matchAll(/^id: (.*)$/gm)].map((match) => match[1])).toEqual([
      'i-0123456789abcdef0.4.0',
      'i-0123456789abcdef0.5.0',
    ]);
    expect(text).not.toContain('event: hello');
  });

  test('a reader that does not read holds nobody up, and begins anew; others are told everything', async () => {
    for (const entry of journal.serve()) hub.entry(entry);
    const { port, hostname } = new URL(server.url);
    const sleeper = connect(Number(port), hostname);
    open.push(sleeper);
    sleeper.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(sleeper, 'readable');
    sleeper.pause();
    const reader = connect(Number(port), hostname);
    open.push(reader);
    let seen = '';
    let count = 0;
    let greeted = false;
    reader.on('data', (chunk) => {
      const lines = (seen + String(chunk)).split('\n');
      seen = lines.pop() ?? '';
      greeted ||= lines.includes('event: hello');
      count += lines.filter((line) => line === 'event: step').length;
    });
    reader.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await expect.poll(() => greeted).toBe(true);
    const steps = 20_000;
    for (let sent = 0; sent < steps; ) {
      for (let batch = 0; batch < 100; batch += 1, sent += 1) hub.entry(journal.sample(sent % 3));
      await expect.poll(() => count, { timeout: 10_000, interval: 1 }).toBe(sent);
    }
    expect(count).toBe(steps);
    // What was on its way to it comes, and then all anew.
    let late = '';
    sleeper.resume();
    sleeper.on('data', (chunk) => {
      late += String(chunk);
    });
    await expect
      .poll(() => late.match(/^event: hello$/gm)?.length ?? 0, { timeout: 10_000 })
      .toBeGreaterThan(0);
    await expect.poll(() => late, { timeout: 10_000 }).toContain(`.${steps + 3}.0`);
  }, 60_000);

  test('more connections than allowed are told to come later, and served when others are gone', async () => {
    const { port, hostname } = new URL(server.url);
    const idle = Array.from({ length: 64 }, () => connect(Number(port), hostname));
    open.push(...idle);
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    const ask = () => raw('GET /healthz HTTP/1.1\nHost: localhost\n\n', /\r\n\r\n./);
    await expect.poll(ask).toMatch(/^HTTP\/1\.1 503.*retry-after: 10.*too many connections are open/is);
    for (const socket of idle.slice(0, 10)) socket.destroy();
    await expect.poll(ask).toMatch(/^HTTP\/1\.1 200/);
  });

  test('more pages than allowed are told to come later', async () => {
    const streams = Array.from({ length: 24 }, () => listen());
    await Promise.all(streams);
    const refused = await raw('GET /events HTTP/1.1\nHost: localhost\nConnection: close\n\n', /\r\n\r\n/);
    expect(refused).toMatch(/^HTTP\/1\.1 503/);
    expect(refused).toMatch(/retry-after: 10/i);
  });
});
