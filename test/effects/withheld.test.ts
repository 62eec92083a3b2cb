import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { AutoScalingApi } from '../../src/aws/autoscaling.ts';
import { parseConfig } from '../../src/config.ts';
import { createExecutor } from '../../src/effects/executor.ts';
import type { PlayRequest } from '../../src/effects/plays.ts';
import { inCheckMode, withhold } from '../../src/effects/withheld.ts';
import { createEngine } from '../../src/engine/engine.ts';
import type { Journal } from '../../src/engine/journal.ts';
import { stateName } from '../../src/engine/record.ts';
import type { LifecycleInput } from '../../src/lifecycle/events.ts';
import { anyRun } from '../crashes/any-run.ts';
import type { Deed } from '../crashes/play.ts';
import { livedJournal } from '../support/lived-journal.ts';
import { groupView } from '../support/views.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

/** What sources tell, as opposed to what effects answer. */
const SOURCE =
  /^(discovered|group\.|target\.|interruption\.|rebalance\.|maintenance\.|runner\.|host\.stopping)/;

/** A dry engine with the real executor. What would leave it for the world is noted, not sent. */
function dryEngine(answerDiscover: () => LifecycleInput) {
  const clock = createVirtualClock();
  const left: string[] = [];
  const log = pino({ level: 'silent' });
  const never = new Proxy({} as AutoScalingApi, {
    get: (_, member) => (operation: unknown) => {
      left.push(`${String(member)} ${String(operation)}`);
      return Promise.reject(new Error('nothing may be called'));
    },
  });
  const check = inCheckMode(log);
  const config = parseConfig({ gitlab: { url: 'http://x' }, runners: [{ tokenEnv: 'T' }] }, {}, 'test');
  const own = createExecutor({
    config,
    clock,
    log,
    api: never,
    variables: () => ({}),
    startPlay: (request: PlayRequest) => {
      if (!check.check) left.push(request.operation);
      return {
        result: Promise.resolve({ outcome: 'failed', message: 'the check failed', facts: {} }),
        cancel: async () => {},
      };
    },
    observeGroup: async () => {},
    discover: async () => answerDiscover(),
    hostStopping: () => false,
  });
  const states: string[] = [];
  const withheld: string[] = [];
  const journal = {
    append: (entry) => {
      states.push(entry.to);
      for (const { type } of entry.commands) withheld.push(type);
    },
  } as Journal;
  const engine = createEngine({
    clock,
    log,
    journal,
    policy: config.lifecycle,
    instanceId: 'i-1',
    bootId: 'boot-1',
    clockOffset: 0,
    execute: (command, { group }) =>
      withhold(own, log).execute(command, { group, identity: { instanceId: 'i-1', region: 'eu-test-1' } }),
  });
  engine.start(null);
  return { engine, clock, left, states, withheld, end: () => engine.stop() };
}

/** The events that the sources of a lived run told, told to a dry engine at the same times. */
async function throughDry(deeds: Deed[], hooks = true, kills: number[] = []) {
  const entries = await livedJournal(deeds, kills, hooks);
  const events = entries.map(({ event }) => event).filter(({ type }) => SOURCE.test(type));
  const first = events.find(({ type }) => type === 'discovered') as LifecycleInput | undefined;
  const dry = dryEngine(
    () =>
      first ?? {
        type: 'discovered',
        group: null,
        target: null,
        runner: { alive: false, registered: false },
      },
  );
  for (const { at, ...event } of events) {
    await dry.clock.advance(Math.max(0, at - dry.clock.now()));
    dry.engine.dispatch(event as LifecycleInput);
  }
  await dry.clock.advance(60_000);
  dry.end();
  return { ...dry, events: events.length };
}

const wait = (seconds: number): Deed => ({ does: 'wait', seconds });
const job = (seconds: number): Deed => ({ does: 'addJob', seconds });

/** Each scenario as far as its events go: what the world does in it. Those without hooks are marked. */
const STORIES: Record<string, { deeds: Deed[]; hooks?: false }> = {
  'L1 L9': { deeds: [wait(60)] },
  L2: { deeds: [{ does: 'failNextPlay', task: 1 }, { does: 'failNextPlay', task: 1 }, wait(90)] },
  'L3 L4': { deeds: [{ does: 'failNextPlay', task: 3 }, wait(90)] },
  L5: { deeds: [wait(60)], hooks: false },
  'L7 L8': { deeds: [wait(40), { does: 'reboot' }, wait(90)] },
  'C1 C2 C4 C12 C13': { deeds: [wait(30), job(150), job(150), wait(90)] },
  'C3 C8 C10': { deeds: [wait(30), job(60), job(200), wait(90), job(30), wait(90)] },
  'C5 C6 C11': { deeds: [wait(90), wait(90), wait(90)] },
  C7: { deeds: [wait(30), job(90), { does: 'metricsDown', seconds: 60 }, wait(90)] },
  C9: { deeds: [wait(90), wait(60), job(30), wait(90)] },
  C14: { deeds: [wait(30), { does: 'runnerDies' }, wait(30), { does: 'deletedInGitLab' }, wait(60)] },
  'T1 T4 T9 T10 T11 T12 T14': { deeds: [wait(30), job(180), wait(20), { does: 'terminate' }, wait(90)] },
  T2: { deeds: [{ does: 'terminate' }, wait(60)] },
  'T3 T13': { deeds: [wait(30), { does: 'announceThenTerminate', lead: 8 }, wait(60)] },
  'T5 T7': { deeds: [wait(30), job(200), wait(20), { does: 'interrupt' }, wait(90)] },
  T6: { deeds: [{ does: 'interrupt' }, wait(90)] },
  T15: { deeds: [wait(30), job(60), { does: 'scaleIn' }, wait(90)], hooks: false },
  T16: { deeds: [wait(30), job(200), { does: 'terminate' }, wait(10), { does: 'interrupt' }, wait(90)] },
  'T8 T17': { deeds: [wait(30), job(100), { does: 'poweroff' }, wait(90)] },
  'E1 E3 E4': {
    deeds: [wait(30), { does: 'apiDown', seconds: 15 }, wait(60), { does: 'terminate' }, wait(90)],
  },
  E2: { deeds: [wait(30), { does: 'killAgent' }, job(60), { does: 'killAgent' }, wait(90)] },
};

describe('E5: a dry engine lets no call leave that would change something', () => {
  for (const [ids, { deeds, hooks = true }] of Object.entries(STORIES)) {
    it(`when it is told the events of ${ids}`, async () => {
      const { left, withheld, states, events } = await throughDry(deeds, hooks);
      expect(events).toBeGreaterThan(2);
      expect(left).toEqual([]);
      // It did decide something, and followed what it saw.
      expect(withheld.filter((type) => !/^(discover|observeGroup)$/.test(type))).not.toEqual([]);
      expect(new Set(states).size).toBeGreaterThan(1);
    });
  }

  it('whatever happens', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ deeds, kills, hooks }) => {
        expect((await throughDry(deeds, hooks, kills)).left).toEqual([]);
      }),
      { numRuns: process.env.DROVER_TEST_TIER === 'deep' ? 1_000 : 60, seed: 1 },
    );
  });
});

describe('a dry engine', () => {
  it('follows the instance from its launch to its end, without a single retry', async () => {
    const { engine, clock, withheld, left, end } = dryEngine(() => ({
      type: 'discovered',
      group: groupView({ lifecycleState: 'Pending:Wait' }),
      target: 'InService',
      runner: { alive: false, registered: false },
    }));
    const seen = async (lifecycleState: string | null) => {
      engine.dispatch({
        type: 'group.observed',
        group: lifecycleState === null ? null : groupView({ lifecycleState }),
      });
      await clock.advance(1_000);
      return stateName(engine.record.value);
    };
    await clock.advance(1_000);
    expect(await seen('Pending:Wait')).toBe('launching.joining');
    expect(await seen('InService')).toBe('inService.unknown');
    expect(await seen('Terminating:Wait')).toBe('terminating.releasing');
    expect(await seen(null)).toBe('released');
    expect(withheld.filter((type) => type.startsWith('play'))).toEqual(['playInit', 'playUnreg']);
    expect(left).toEqual([]);
    end();
  });
});
