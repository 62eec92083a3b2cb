import { describe, expect, test } from 'vitest';
import { startWorld } from '../sandbox/runner/world.ts';
import { type Exchange, type RecordedAnswer, recording, situations } from './gitlab-runner/recordings.ts';
import { type Answer, LONG_POLL, REGISTRATION_TOKEN, Replay } from './gitlab-runner/replay.ts';
import { runnerExchanges } from './real-parts/gitlab-runner.ts';
import { agrees, differs } from './table.ts';

/** Each recorded request of a real gitlab-runner, sent to the sandbox's GitLab: it answers as the runner was answered. */

/** What the sandbox does not answer as recorded, and why; everything else must agree. */
const KNOWN = {
  overlap: 'a PATCH that begins before the end of the log: 416, as GitLab answers; the recording took it',
  accepted: 'PUT answered 202 has no Job-Status: the sandbox only sends it as an injected answer',
};

/** Keys and JSON types, lists by their first element. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shape);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]));
}

/** The headers that a runner reads; of X-GitLab-Last-Update only that it is there. */
function read(headers: Record<string, unknown>, recorded: RecordedAnswer): Record<string, unknown> {
  const names = ['Job-Status', 'Range', 'Retry-After', 'X-GitLab-Trace-Update-Interval', 'Content-Type'];
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    ...Object.fromEntries(
      names
        .filter((name) => recorded.headers[name] !== undefined)
        .map((name) => [name, lower[name.toLowerCase()]]),
    ),
    ...(recorded.headers['X-GitLab-Last-Update'] && { lastUpdate: Boolean(lower['x-gitlab-last-update']) }),
  };
}

describe.concurrent('the sandbox’s GitLab answers a real runner’s requests as recorded', () => {
  test.each(situations)('%s', async (situation) => {
    const exchanges = recording(situation);
    const intervals = exchanges.map(({ answer }) => answer?.headers['X-GitLab-Trace-Update-Interval']);
    const world = await startWorld({
      updateInterval: Number(intervals.find(Boolean) ?? 3),
      ...(exchanges.some(({ answer }) => answer === null) ? { longPoll: LONG_POLL } : {}),
      ...(situation === 'register-legacy-410' ? {} : { registrationToken: REGISTRATION_TOKEN }),
    });
    try {
      const replay = new Replay(world);
      for (const exchange of exchanges) {
        for (let time = 0; time < exchange.times; time += 1) {
          const why = await compare(replay, exchange);
          if (why !== null)
            differs(runnerExchanges, situation, `the answer to ${exchange.request.call}`, why);
        }
      }
      agrees(runnerExchanges, situation, 'the sandbox’s GitLab answers each request as recorded');
    } finally {
      await world.close();
    }
  });
});

/** Fails where the answer is not as recorded; gives why it differs where that is known, else null. */
async function compare(replay: Replay, exchange: Exchange): Promise<string | null> {
  const { request, answer } = exchange;
  await replay.prepare(exchange);
  const job = replay.jobOf(request.call);
  const begins = Number(request.headers['Content-Range']?.split('-')[0]);
  const size = job?.trace.length ?? 0;
  const given = await replay.exchange(exchange);
  if (answer === null) {
    expect(replay.world.gitlab.addJob({ script: ['true'] }).state).toBe('pending');
    return null;
  }
  if (begins < size && answer.status === 202) {
    expect([given.status, given.headers.range]).toEqual([416, `0-${size}`]);
    return KNOWN.overlap;
  }
  expect(given.status, `${request.call} as recorded`).toBe(answer.status);
  if (answer.status === 202 && request.call.startsWith('PUT')) {
    expect(given.headers['job-status']).toBeUndefined();
    return KNOWN.accepted;
  }
  if (answer.status >= 400) expect(given.headers['retry-after']).toBe(answer.headers['Retry-After']);
  else checkSuccess(request.call, answer, given);
  return null;
}

function checkSuccess(call: string, answer: RecordedAnswer, given: Answer): void {
  expect(read(given.headers, answer), call).toEqual(read(answer.headers, answer));
  if (call.startsWith('PUT')) expect(given.body).toBe('"200"');
  if (call.startsWith('PATCH') || typeof answer.body !== 'object') return;
  const { token_expires_at: _expires, ...fields } = JSON.parse(given.body) as Record<string, unknown>;
  const { token_expires_at: _recorded, ...expected } = answer.body as Record<string, unknown>;
  expect(shape(fields)).toMatchObject(shape(expected) as object);
}
