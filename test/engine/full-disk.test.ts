import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/engine.ts';
import { openJournal, readRecord } from '../../src/engine/journal.ts';
import { takeLock } from '../../src/engine/lock.ts';
import type { LifecycleCommand } from '../../src/lifecycle/commands.ts';
import type { LifecycleInput } from '../../src/lifecycle/events.ts';
import { defaultPolicy } from '../../src/lifecycle/policy.ts';
import { memoryDirectory } from '../support/memory-directory.ts';
import { groupView } from '../support/views.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

// A disk of its own, with real ENOSPC and EROFS: mounting one takes root.
const isRoot = process.getuid?.() === 0;
if (!isRoot)
  console.log('test/engine/full-disk.test.ts is left out: run it as root, it mounts a small tmpfs');

let dir: string;
let disk: string;
const mount = (...args: string[]) => execFileSync('mount', [...args, disk]);

beforeEach(() => {
  dir = memoryDirectory('drover-full-disk-');
  disk = join(dir, 'disk');
  mkdirSync(disk);
  if (isRoot) mount('-t', 'tmpfs', '-o', 'size=700k', 'tmpfs');
});
afterEach(() => {
  if (isRoot) execFileSync('umount', ['--lazy', disk]);
  rmSync(dir, { recursive: true });
});

const filler = () => join(disk, 'filler');
/** Takes all the room that is left, but for this many bytes. */
function fill(leave = 0): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(filler(), Buffer.alloc(Math.max(0, bavail * bsize - leave)));
}

/** An engine in service on that disk. Plays never end. */
function serve() {
  const clock = createVirtualClock();
  const journal = openJournal(join(disk, 'state'));
  const carriedOut: LifecycleCommand['type'][] = [];
  const engine = createEngine({
    clock,
    journal,
    policy: defaultPolicy,
    log: pino({ level: 'silent' }),
    instanceId: 'i-1',
    bootId: 'boot-1',
    clockOffset: 0,
    execute: (command) => {
      carriedOut.push(command.type);
      return command.type.startsWith('play') ? new Promise(() => {}) : Promise.resolve(null);
    },
  });
  engine.start(journal.record);
  const tell = (input: LifecycleInput) => engine.dispatch(input);
  const sample = (running: number) => tell({ type: 'runner.sampled', running, limit: 2, paused: false });
  const observe = (changes = {}) => tell({ type: 'group.observed', group: groupView(changes) });
  tell({
    type: 'discovered',
    group: groupView(),
    target: 'InService',
    runner: { alive: true, registered: true },
  });
  return { engine, clock, carriedOut, sample, observe, close: () => journal.close() };
}

describe.skipIf(!isRoot)('E4: on a disk that is full', () => {
  it('the engine goes on in memory, asks for nothing that cannot be taken back, and drains when it must', async () => {
    const { engine, clock, carriedOut, sample, observe, close } = serve();
    expect(engine.degraded).toBe(false);
    fill();
    // Space was taken ahead: it is used up first.
    for (let turn = 0; !engine.degraded && turn < 1_000; turn += 1) sample(turn % 2);
    expect(engine.degraded).toBe(true);
    sample(2);
    expect(engine.record.value).toMatchObject({ inService: { saturated: expect.anything() } });
    expect(carriedOut).not.toContain('playScaleUp');
    sample(0);
    await clock.advance(defaultPolicy.idleThreshold);
    observe();
    expect(carriedOut).not.toContain('terminateInstance');
    observe({ lifecycleState: 'Terminating:Wait' });
    expect(engine.record.value).toEqual({ terminating: 'draining' });
    expect(carriedOut.slice(-2)).toEqual(['stopIntake', 'playUnreg']);

    // What is on disk is sound, if old; with room again the newest is written.
    rmSync(filler());
    observe({ lifecycleState: 'Terminating:Wait', desiredCapacity: 3 });
    expect(engine.degraded).toBe(false);
    engine.stop();
    close();
    expect(readRecord(join(disk, 'state'))).toMatchObject({
      value: { terminating: 'draining' },
      bootId: 'boot-1',
    });
  });

  it('a line of which only a part found room is no entry, and leaves nothing behind the next', async () => {
    const state = join(disk, 'state');
    const { engine, clock, sample, close } = serve();
    for (let turn = 0; turn < 300; turn += 1) {
      if (turn % 7 === 0) fill((turn * 1_031) % 9_000);
      sample(turn % 2);
      await clock.advance(0);
      if (turn % 7 === 6) {
        rmSync(filler(), { force: true });
        sample((turn + 1) % 2);
        expect(readRecord(state)?.seq).toBe(engine.record.seq);
      }
    }
    engine.stop();
    close();
    expect(openJournal(state)).toMatchObject({ damaged: 0, doubtful: false });
  });

  it('and empty, the state directory can still be owned, by one', () => {
    fill();
    const lock = takeLock(join(disk, 'state', 'deep'), 'agent', dir);
    expect(() => takeLock(join(disk, 'state', 'deep'), 'agent', dir)).toThrow('is owned by');
    lock.release();
  });
});

describe.skipIf(!isRoot)('E4: on a disk that is read-only', () => {
  it('the engine goes on from the record that it can read, and writes when the disk lets it', () => {
    const first = serve();
    first.sample(1);
    first.engine.stop();
    first.close();
    mount('-o', 'remount,ro');
    const lock = takeLock(join(disk, 'state'), 'agent', dir);
    expect(() => takeLock(join(disk, 'state'), 'agent', dir)).toThrow(`agent (pid ${process.pid})`);
    lock.release();
    const { engine, sample, close } = serve();
    sample(2);
    expect(engine).toMatchObject({ degraded: true, record: { value: { inService: expect.anything() } } });
    mount('-o', 'remount,rw');
    sample(1);
    expect(engine.degraded).toBe(false);
    engine.stop();
    close();
    expect(readRecord(join(disk, 'state'))?.seq).toBe(engine.record.seq);
  });
});
