import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import type { Clock } from '../clock.ts';

/** A timer is looked at again at least this often, so that a suspended host or a coarse timeout does no harm. */
const LONGEST_SLEEP = 60_000;

/** The kernel's id of this boot. */
export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Wall clock minus boot clock at this moment (ms). */
export function clockOffsetNow(): number {
  return Date.now() - uptime() * 1000;
}

/**
 * The engine's timeline: the boot clock plus an offset that is fixed when a record begins a boot. It reads like the
 * wall clock, yet a step of the wall clock moves no deadline; after a reboot a new offset continues it by the wall
 * clock, so absolute deadlines stay comparable.
 */
export function createTimeline(offset: number): Clock {
  let last = 0;
  const now = () => {
    last = Math.max(last, Math.round(uptime() * 1000 + offset));
    return last;
  };
  return {
    now,
    wall: () => Date.now(),
    setTimer(at, callback) {
      let handle: NodeJS.Timeout;
      const arm = () => {
        const left = at - now();
        if (left <= 0) handle = setTimeout(callback, 0);
        else handle = setTimeout(arm, Math.min(left, LONGEST_SLEEP));
      };
      arm();
      return () => clearTimeout(handle);
    },
  };
}
