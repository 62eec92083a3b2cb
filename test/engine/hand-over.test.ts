import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/engine.ts';
import type { EngineOptions } from '../../src/engine/engine-options.ts';
import { openJournal, readRecord } from '../../src/engine/journal.ts';
import { stateName } from '../../src/engine/record.ts';
import { recover } from '../../src/engine/recovery.ts';
import type { LifecycleCommand } from '../../src/lifecycle/commands.ts';
import type { LifecycleInput } from '../../src/lifecycle/events.ts';
import { defaultPolicy } from '../../src/lifecycle/policy.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { groupView } from '../support/views.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const silent = pino({ level: 'silent' });
const clock = createVirtualClock();

/** One owner's process on a state directory: it owns the states whose names match. */
async function owner(
  stateDir: string,
  owned: RegExp,
  { announced = [], group = groupView(), ...options }: Partial<EngineOptions> & Looks = {},
) {
  const journal = openJournal(stateDir);
  const begun: LifecycleCommand[] = [];
  const engine = createEngine({
    clock,
    journal,
    policy: defaultPolicy,
    log: silent,
    instanceId: 'i-1',
    bootId: 'b1',
    clockOffset: 0,
    owns: (state) => owned.test(state),
    execute(command) {
      begun.push(command);
      if (command.type !== 'discover') return new Promise(() => {});
      const runner = { alive: true, registered: true };
      return Promise.resolve({ type: 'discovered', group, target: 'InService', runner });
    },
    ...options,
  });
  let handedOver = false;
  void engine.handedOver.then(() => {
    handedOver = true;
  });
  await recover(engine, {
    record: journal.last?.record ?? null,
    announced,
    look: async () => ({ group, target: 'InService', runner: { alive: true, registered: true } }),
    log: silent,
  });
  await clock.advance(0);
  return {
    engine,
    types: () => begun.map(({ type }) => type),
    handedOver: () => handedOver,
    end() {
      engine.stop();
      journal.close();
    },
  };
}

interface Looks {
  announced?: LifecycleInput[];
  group?: ReturnType<typeof groupView>;
}

const directory = () => join(temporaryDirectory('hand-over'), 'state');
const stateOf = (dir: string) => stateName(readRecord(dir)?.value ?? 'none');
const spot: LifecycleInput = { type: 'interruption.noticed', action: 'terminate', deadline: 1e12 };

const INIT = /^(discovering|launching)/;
const MONITOR = /^inService/;
const UNREG = /^(terminating|released)/;

describe('the record passes from owner to owner', () => {
  test('what follows from another owner’s state is written down, held, and begun by that owner', async () => {
    const dir = directory();
    const first = await owner(dir, INIT);
    expect(first.handedOver()).toBe(true);
    expect(stateOf(dir)).toBe('inService.unknown');
    first.end();

    const second = await owner(dir, MONITOR);
    second.engine.dispatch({ type: 'runner.sampled', running: 0, limit: 4, paused: false });
    second.engine.dispatch({
      type: 'group.observed',
      group: groupView({ lifecycleState: 'Terminating:Wait' }),
    });
    await clock.advance(0);
    expect(second.handedOver()).toBe(true);
    expect(second.types()).not.toContain('playUnreg');
    expect(
      readRecord(dir)
        ?.outbox.filter(({ held }) => held)
        .map(({ command }) => command.type),
    ).toContain('playUnreg');
    second.end();

    const third = await owner(dir, UNREG, { group: groupView({ lifecycleState: 'Terminating:Wait' }) });
    expect(third.types()).toContain('stopIntake');
    expect(third.types()).toContain('playUnreg');
    expect(third.handedOver()).toBe(false);
    third.end();
  });

  test('an owner that has given way takes no more events, also those that came at once', async () => {
    const dir = directory();
    const first = await owner(dir, INIT);
    first.engine.dispatch(spot);
    await clock.advance(0);
    expect(stateOf(dir)).toBe('inService.unknown');
    first.end();
  });

  test('a notice is told before the record’s state counts', async () => {
    const dir = directory();
    (await owner(dir, INIT)).end();
    const unreg = await owner(dir, UNREG, { announced: [spot] });
    expect(unreg.handedOver()).toBe(false);
    expect(stateOf(dir)).toBe('terminating.draining');
    expect(unreg.types().slice(0, 3)).toContain('stopIntake');
    unreg.end();
  });

  test('an owner whose reason has gone leaves the record as it is', async () => {
    const dir = directory();
    (await owner(dir, INIT)).end();
    const before = readRecord(dir);
    const unreg = await owner(dir, UNREG);
    expect(unreg.handedOver()).toBe(true);
    expect(unreg.types()).toEqual([]);
    expect(readRecord(dir)?.value).toEqual(before?.value);
    unreg.end();
  });

  test('a play that another process carries out is taken up after a restart, not reported as interrupted', async () => {
    const dir = directory();
    (await owner(dir, INIT)).end();
    const resumes = (command: LifecycleCommand) => command.type === 'playScaleUp';
    const monitor = await owner(dir, MONITOR, { resumes });
    monitor.engine.dispatch({ type: 'runner.sampled', running: 4, limit: 4, paused: false });
    expect(stateOf(dir)).toBe('inService.saturated.scalingUp');
    monitor.end();

    const again = await owner(dir, MONITOR, { resumes });
    expect(stateOf(dir)).toBe('inService.saturated.scalingUp');
    expect(again.types()).toContain('playScaleUp');
    again.end();
  });
});
