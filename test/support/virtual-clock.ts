import type { Clock } from '../../src/clock.ts';

export interface VirtualClock extends Clock {
  /** Lets `ms` pass, ringing every timer in order of its time. Promises settle between timers. */
  advance(ms: number): Promise<void>;
}

/** Time that passes only when told to. */
export function createVirtualClock(start = 1_000_000): VirtualClock {
  let time = start;
  let sequence = 0;
  const timers = new Map<number, { at: number; callback: () => void }>();
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return {
    now: () => time,
    wall: () => time,
    setTimer(at, callback) {
      sequence += 1;
      const id = sequence;
      timers.set(id, { at, callback });
      return () => timers.delete(id);
    },
    async advance(ms) {
      const end = time + ms;
      await settle();
      for (;;) {
        const next = [...timers].sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];
        if (next === undefined || next[1].at > end) break;
        timers.delete(next[0]);
        time = Math.max(time, next[1].at);
        next[1].callback();
        await settle();
      }
      time = end;
    },
  };
}
