import pino from 'pino';
import { expect, vi } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import type { LifecycleInput } from '../../../src/lifecycle/events.ts';
import { createImds } from '../../../src/sources/imds.ts';
import { startMetadata } from '../../../src/sources/metadata.ts';

/**
 * What the watcher tells until the target is to be terminated and each kind has been told, or, where nothing is due, of
 * one look: each thing once, kind by kind. Its times are put back from the engine's timeline to ms since the epoch, in
 * tens of seconds.
 */
export async function watched(
  endpoint: string,
  clock: Clock,
  due: readonly LifecycleInput['type'][] = [],
): Promise<Record<string, unknown>[]> {
  const imds = createImds({ endpoint, timeout: 5_000, clock });
  const told = new Map<string, Record<string, unknown>>();
  const warned: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => void warned.push(line) });
  const emit = (input: LifecycleInput) => {
    const one = dated({ ...input }, clock);
    told.set(JSON.stringify(one), one);
  };
  const watcher = startMetadata({ imds, clock, interval: 100, emit, log });
  try {
    await watcher.poll();
    await vi.waitFor(
      () => {
        const types = [...told.values()].map(({ type }) => type);
        expect(types).toEqual(expect.arrayContaining([...due]));
        if (due.length > 0) expect([...told.values()]).toContainEqual(TERMINATED);
      },
      { timeout: 30_000 },
    );
  } finally {
    await watcher.stop();
    imds.close();
  }
  expect(warned).toEqual([]);
  return ORDER.flatMap((kind) => [...told.values()].filter(({ type }) => type === kind));
}

const TERMINATED = { type: 'target.observed', target: 'Terminated' };
const ORDER = ['target.observed', 'interruption.noticed', 'rebalance.noticed', 'maintenance.noticed'];

/** The service tells its own clock to the second only: what is announced lies on a coarser grid (ms). */
const GRID = 10_000;
const TIMES = ['deadline', 'notBefore', 'notAfter'];

function dated(input: Record<string, unknown>, clock: Clock): Record<string, unknown> {
  const offset = clock.wall() - clock.now();
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => {
      if (!TIMES.includes(name) || typeof value !== 'number') return [name, value];
      return [name, Math.round((value + offset) / GRID) * GRID];
    }),
  );
}
