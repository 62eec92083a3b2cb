import { describe, expect, test, vi } from 'vitest';
import { startWorld } from '../sandbox/runner/world.ts';
import { NOT_PLAYED, performances } from './gitlab-runner/performances.ts';
import { common, type Exchange, recording, situations } from './gitlab-runner/recordings.ts';
import { perform } from './gitlab-runner/stage.ts';
import type { Sent, Tape } from './gitlab-runner/tape.ts';
import { runnerExchanges } from './real-parts/gitlab-runner.ts';
import { agrees, differs } from './table.ts';

/** The sandbox's runner in the situations in which a real one was recorded: it sends the same, and ends the same way. */

// Mostly waiting for a job's seconds to pass.
vi.setConfig({ maxConcurrency: 12 });

interface Shown {
  call: string;
  headers: [string, string][];
  body: unknown;
}

/** Values that differ from run to run, by a word of the same type. */
const PLACEHOLDERS: Record<string, unknown> = {
  checksum: 'crc32:0123abcd',
  bytesize: 2039,
  description: 'name',
};

const settle = (value: unknown): unknown =>
  typeof value !== 'object' || value === null
    ? value
    : Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [
          key,
          key in PLACEHOLDERS && typeof inner === typeof PLACEHOLDERS[key]
            ? PLACEHOLDERS[key]
            : settle(inner),
        ]),
      );

const shownHeaders = (headers: [string, string][]): [string, string][] =>
  headers.map(([name, value]) => [name, name === 'Content-Range' ? 'start-end' : value]);

function recorded({ request }: Exchange): Shown {
  const { call, body } = request;
  const headers = shownHeaders(Object.entries(request.headers));
  return { call, headers, body: body === 'log' ? 'log' : settle(body) };
}

function played({ call, headers, body }: Sent): Shown {
  const names = headers.map(([name]) => name);
  expect(names.slice(0, 3)).toEqual(['Host', 'User-Agent', 'Content-Length']);
  expect(names.slice(-2)).toEqual(['X-Request-Id', 'Accept-Encoding']);
  expect(headerValue(headers, 'User-Agent')).toBe(common.userAgent);
  expect(headerValue(headers, 'Content-Length')).toBe(String(Buffer.byteLength(body)));
  expect(headerValue(headers, 'X-Request-Id')).toMatch(/^[0-9a-f]{32}$/);
  expect(headerValue(headers, 'Accept-Encoding')).toBe('gzip');
  const rest = shownHeaders(headers.slice(3, -2));
  return { call, headers: rest, body: call.startsWith('PATCH') ? 'log' : settle(JSON.parse(body)) };
}

const headerValue = (headers: [string, string][], name: string) =>
  headers.find(([candidate]) => candidate === name)?.[1];

/** Polls and the updates of each job come in an order of their own each. */
const streamOf = ({ call }: Shown): string => /jobs\/(\d+)/.exec(call)?.[1] ?? 'runner';

/** By stream, in order; equal polls in a row count as one, since how many there are is a matter of time. */
function streams(shown: Shown[], loose = false): Record<string, Shown[]> {
  const all: Record<string, Shown[]> = {};
  for (const one of shown) {
    const stream = all[streamOf(one)] ?? [];
    all[streamOf(one)] = stream;
    const same = JSON.stringify(stream.at(-1)) === JSON.stringify(one);
    if (!(same && (loose || one.call === 'POST jobs/request'))) stream.push(one);
  }
  return all;
}

describe.concurrent('the sandbox’s runner sends what gitlab-runner sends', () => {
  test('in every recorded situation but one', async () => {
    const known = [...Object.keys(performances), ...Object.keys(NOT_PLAYED)];
    expect(known.sort()).toEqual(situations);
    const world = await startWorld();
    try {
      expect((await world.command('wrapper')).code).toBe(3);
    } finally {
      await world.close();
    }
    for (const [situation, why] of Object.entries(NOT_PLAYED)) {
      differs(
        runnerExchanges,
        situation,
        'the sandbox’s runner sends the same requests in the same order',
        why,
      );
    }
  });

  test.each(Object.keys(performances))('%s', async (situation) => {
    const performance = performances[situation];
    if (performance === undefined) throw new Error(`no performance of ${situation}`);
    const exchanges = recording(situation);
    const { tape, code } = await perform(situation, performance);
    expect(code, 'exit code').toBe(performance.code);
    const expected = exchanges.flatMap((exchange) =>
      Array.from({ length: exchange.times }, () => recorded(exchange)),
    );
    expect(streams(tape.sent.map(played), performance.loose)).toEqual(streams(expected, performance.loose));
    checkLog(tape);
    checkTries(tape, exchanges);
    const hungUp = tape.sent.filter(({ status }) => status === null).length;
    if (code !== null) expect(hungUp).toBe(exchanges.filter(({ answer }) => answer === null).length);
    agrees(runnerExchanges, situation, 'the sandbox’s runner sends the same requests in the same order');
    if (code !== null) agrees(runnerExchanges, situation, 'it ends with the same exit code');
  });
});

/** The log arrives without gaps; Content-Range names the bytes that are sent. */
function checkLog(tape: Tape): void {
  for (const { headers, body } of tape.calls('PATCH')) {
    const [start = 0, end = 0] = (headerValue(headers, 'Content-Range') ?? '').split('-').map(Number);
    expect(end - start + 1).toBe(Buffer.byteLength(body));
  }
}

/** Tries of one call keep its X-Request-Id; there are as many as recorded, Retry-After apart. */
function checkTries(tape: Tape, exchanges: Exchange[]): void {
  for (const { request, answer, times, requests } of exchanges) {
    if (answer === null || answer.status < 400 || !/runners\/managers|jobs\/request/.test(request.call))
      continue;
    const tries = tape.sent.filter(
      ({ call, status, headers }) =>
        call === request.call &&
        status === answer.status &&
        headerValue(headers, 'Runner-Token') === request.headers['Runner-Token'],
    );
    const ids = tries.slice(0, times).map(({ headers }) => headerValue(headers, 'X-Request-Id'));
    expect(new Set(ids).size, `calls answered ${answer.status}`).toBe(requests);
    const apart = 1000 * Number(answer.headers['Retry-After'] ?? 0);
    for (const [at, { headers, at: when }] of tries.entries()) {
      const before = tries[at - 1];
      if (!before || headerValue(before.headers, 'X-Request-Id') !== headerValue(headers, 'X-Request-Id'))
        continue;
      expect(when - before.at).toBeGreaterThanOrEqual(apart - 10);
    }
  }
}
