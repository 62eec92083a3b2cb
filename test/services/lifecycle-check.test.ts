import { writeFileSync } from 'node:fs';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { createTimeline } from '../../src/engine/timeline.ts';
import type { GroupView } from '../../src/lifecycle/events.ts';
import { type Watch, watchForNotice } from '../../src/services/lifecycle-check/watch.ts';
import { noticePath, readNotice, withdrawNotice, writeNotice } from '../../src/services/notice.ts';
import { eventsOf } from '../../src/services/reason.ts';
import { createImds, type Imds } from '../../src/sources/imds.ts';
import { startServer, type TestServer } from '../support/http-server.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { groupView } from '../support/views.ts';

const TARGET = 'autoscaling/target-lifecycle-state';
const SPOT = 'spot/instance-action';
const silent = pino({ level: 'silent' });

describe('what lifecycle-check takes for a notice', () => {
  let server: TestServer;
  let clock: Clock;
  let imds: Imds;
  let items: Record<string, string>;
  let group: GroupView | null | Error;
  let asked: number;
  let watch: Watch;

  beforeEach(async () => {
    [items, group, asked] = [{ [TARGET]: 'InService' }, groupView(), 0];
    server = await startServer((request, response) => {
      if (request.method === 'PUT') return response.end('token');
      const item = items[request.url?.replace('/latest/meta-data/', '') ?? ''];
      response.statusCode = item === undefined ? 404 : 200;
      response.end(item);
    });
    clock = createTimeline(0);
    imds = createImds({ endpoint: server.url, timeout: 500, clock });
    watch = watchForNotice({
      imds,
      clock,
      bootId: 'b1',
      interval: 50,
      confirmLimit: 1_500,
      log: silent,
      reader: () => ({
        async read() {
          asked += 1;
          if (group instanceof Error) throw group;
          return group;
        },
        forgetHooks() {},
      }),
    });
  });

  afterEach(async () => {
    await watch.stop();
    imds.close();
    await server.close();
  });

  test('a Spot interruption, at once, with its deadline by the boot clock', async () => {
    const time = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 120_000);
    items[SPOT] = JSON.stringify({ action: 'terminate', time: time.toISOString() });
    const notice = await watch.notice;
    if (notice.kind !== 'interruption') throw new Error(notice.kind);
    expect(notice.deadline - clock.now()).toBeGreaterThan(115_000);
    expect(notice.deadline - clock.now()).toBeLessThan(123_000);
    expect(asked).toBe(0);
  });

  test('T3: a target of Terminated only once the group confirms it', async () => {
    items[TARGET] = 'Terminated';
    await until(() => asked >= 2);
    expect(await Promise.race([watch.notice, Promise.resolve('none')])).toBe('none');
    group = groupView({ lifecycleState: 'Terminating:Wait' });
    expect(await watch.notice).toMatchObject({
      kind: 'terminated',
      target: 'Terminated',
      unconfirmedFor: null,
    });
  });

  test('a group that no longer knows the instance confirms it too', async () => {
    group = null;
    items[TARGET] = 'Terminated';
    expect(await watch.notice).toMatchObject({ kind: 'terminated', unconfirmedFor: null });
  });

  test('a group that is silent past the limit confirms by its silence', async () => {
    group = new Error('no answer');
    items[TARGET] = 'Terminated';
    const notice = await watch.notice;
    expect(notice).toMatchObject({ kind: 'terminated' });
    expect(notice.kind === 'terminated' && notice.unconfirmedFor).toBeGreaterThanOrEqual(1_500);
  });

  test('a termination that is taken back is forgotten', async () => {
    items[TARGET] = 'Terminated';
    await until(() => asked >= 1);
    items[TARGET] = 'InService';
    let before = -1;
    await until(() => {
      const quiet = asked === before;
      before = asked;
      return quiet;
    }, 1_300);
    group = null;
    expect(await Promise.race([watch.notice, Promise.resolve('none')])).toBe('none');
  });

  /** Looks every `every` ms until the condition holds; the test's own limit ends it. */
  async function until(condition: () => boolean, every = 20): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, every));
  }
});

describe('the notice on its way to unreg-runner', () => {
  const directory = () => temporaryDirectory('notice');
  const notice = { kind: 'interruption', bootId: 'b1', at: 5, action: 'stop', deadline: 120_000 } as const;

  test('is read as it was written, in this boot only', () => {
    const dir = directory();
    writeNotice(dir, notice);
    expect(readNotice(dir, 'b1')).toEqual(notice);
    expect(readNotice(dir, 'b2')).toBeNull();
  });

  test('counts as none when it is torn or withdrawn', () => {
    const dir = directory();
    expect(readNotice(dir, 'b1')).toBeNull();
    writeNotice(dir, notice);
    writeFileSync(noticePath(dir), '{"kind":"interruption","bootId":"b1"');
    expect(readNotice(dir, 'b1')).toBeNull();
    withdrawNotice(dir);
    withdrawNotice(dir);
    expect(readNotice(dir, 'b1')).toBeNull();
  });

  test('becomes events on the engine’s timeline', () => {
    expect(eventsOf(notice, 1_000_000)).toEqual([
      { type: 'interruption.noticed', action: 'stop', deadline: 1_120_000 },
    ]);
    const terminated = { kind: 'terminated', bootId: 'b1', at: 5, target: 'Terminated' } as const;
    expect(eventsOf({ ...terminated, unconfirmedFor: null }, 0)).toEqual([
      { type: 'target.observed', target: 'Terminated' },
    ]);
    expect(eventsOf({ ...terminated, unconfirmedFor: 60_000 }, 0)).toEqual([
      { type: 'target.observed', target: 'Terminated' },
      { type: 'group.unreachable', forMs: 60_000 },
    ]);
    expect(eventsOf(null, 0)).toEqual([]);
  });
});
