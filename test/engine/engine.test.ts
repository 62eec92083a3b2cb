import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/engine.ts';
import { openJournal, readEntries } from '../../src/engine/journal.ts';
import type { LifecycleCommand } from '../../src/lifecycle/commands.ts';
import type { LifecycleInput } from '../../src/lifecycle/events.ts';
import { defaultPolicy } from '../../src/lifecycle/policy.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { groupView } from '../support/views.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

/** An engine on a state directory; commands wait in `pending` until the test answers them. */
function run(stateDir: string, clock = createVirtualClock(), bootId = 'boot-1') {
  const journal = openJournal(stateDir);
  const pending: Array<{ command: LifecycleCommand; answer: (result: LifecycleInput | null) => void }> = [];
  const engine = createEngine({
    clock,
    journal,
    policy: defaultPolicy,
    log: pino({ level: 'silent' }),
    instanceId: 'i-1',
    bootId,
    clockOffset: 0,
    execute: (command) => new Promise((answer) => pending.push({ command, answer })),
  });
  const from = journal.last?.record ?? null;
  engine.start(from);
  const commands = () => pending.map(({ command }) => command.type);
  const answer = async (type: string, result: LifecycleInput | null) => {
    const index = pending.findIndex(({ command }) => command.type === type);
    pending.splice(index, 1)[0]?.answer(result);
    await clock.advance(0);
  };
  /** As SIGKILL: nothing more is written, nothing is told. */
  const kill = () => {
    engine.stop();
    journal.close();
  };
  return { engine, clock, commands, answer, kill };
}

const directory = () => join(temporaryDirectory('engine'), 'state');

const discovered = (changes = {}): LifecycleInput => ({
  type: 'discovered',
  group: groupView(changes),
  target: 'InService',
  runner: { alive: true, registered: true },
});

describe('the engine', () => {
  it('has the command on disk before it carries it out', () => {
    const dir = directory();
    const { commands } = run(dir);
    expect(commands()).toEqual(['discover']);
    expect(
      readEntries(dir)
        .at(-1)
        ?.record.outbox.map((entry) => entry.command.type),
    ).toEqual(['discover']);
  });

  it('makes one journal entry of a hundred identical polls (E6)', async () => {
    const dir = directory();
    const { engine, answer } = run(dir);
    await answer('discover', discovered());
    engine.dispatch({ type: 'runner.sampled', running: 1, limit: 4, paused: false });
    const before = readEntries(dir).length;
    for (let poll = 0; poll < 100; poll += 1) {
      engine.dispatch({ type: 'runner.sampled', running: 1, limit: 4, paused: false });
      engine.dispatch({ type: 'group.observed', group: groupView() });
      engine.dispatch({ type: 'runner.process', alive: true });
    }
    expect(readEntries(dir).length - before).toBeLessThanOrEqual(1);
  });

  it('reports the playbook of a killed engine as interrupted and starts it again, once', async () => {
    const dir = directory();
    const first = run(dir);
    await first.answer('discover', discovered({ lifecycleState: 'Pending:Wait' }));
    await first.answer('recordHeartbeat', { type: 'heartbeat.recorded', transition: 'launching' });
    expect(first.commands()).toEqual(['playInit']);
    first.kill();

    const second = run(dir, first.clock);
    expect(second.commands()).toEqual([]);
    second.engine.resumeOutbox();
    expect(second.engine.context.attempts).toBe(1);
    await second.clock.advance(defaultPolicy.retryDelay);
    expect(second.commands()).toEqual(['playInit']);
    expect(second.engine.context.operation).toBe('init-2');
  });

  it('keeps its timers over a restart: the idle threshold counts from when it began', async () => {
    const dir = directory();
    const first = run(dir);
    await first.answer('discover', discovered());
    first.engine.dispatch({ type: 'runner.sampled', running: 0, limit: 4, paused: false });
    await first.clock.advance(defaultPolicy.idleThreshold - 1000);
    first.kill();

    const second = run(dir, first.clock);
    await second.clock.advance(999);
    expect(second.commands()).not.toContain('observeGroup');
    await second.clock.advance(1);
    expect(second.commands()).toContain('observeGroup');
  });

  it('takes a record of an earlier boot for no more than a reason to look', async () => {
    const dir = directory();
    const first = run(dir);
    await first.answer('discover', discovered());
    first.kill();
    const second = run(dir, first.clock, 'boot-2');
    expect(second.engine.record.value).toBe('discovering');
    expect(second.commands()).toEqual(['discover']);
  });

  it('forgets a result whose operation is no longer the current one', async () => {
    const dir = directory();
    const { engine, answer } = run(dir);
    await answer('discover', discovered({ lifecycleState: 'Pending:Wait' }));
    engine.dispatch({ type: 'group.observed', group: groupView({ lifecycleState: 'Terminating:Wait' }) });
    await answer('playInit', { type: 'playbook.succeeded', operation: 'init-1', facts: {} });
    expect(engine.record.value).toEqual({ terminating: 'draining' });
  });

  it('never gives a play after a reboot the id of one before it', async () => {
    const dir = directory();
    const first = run(dir);
    await first.answer('discover', discovered({ lifecycleState: 'Pending:Wait' }));
    expect(first.engine.record.context.operation).toBe('init-1');
    first.kill();
    const second = run(dir, first.clock, 'boot-2');
    await second.answer('discover', discovered({ lifecycleState: 'Pending:Wait' }));
    expect(second.engine.record.context.operation).toBe('init-2');
  });
});
