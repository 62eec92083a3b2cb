import * as z from 'zod';

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Node's timers do not reach further than 2^31 - 1 ms. */
const LONGEST = 24 * 86_400_000;

/** Milliseconds of a written duration: "500ms", "10s", "2m", "1h", or seconds as a bare number; null: not one. */
export function parseDuration(written: string | number): number | null {
  if (typeof written === 'number') return toMilliseconds(written, 's');
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?\s*$/.exec(written);
  return match ? toMilliseconds(Number(match[1]), match[2] ?? 's') : null;
}

function toMilliseconds(amount: number, unit: string): number | null {
  const ms = Math.round(amount * (UNITS[unit] ?? Number.NaN));
  return Number.isFinite(ms) && ms >= 0 && ms <= LONGEST ? ms : null;
}

/** A duration in the configuration; the parsed value is in ms and at least `least`. */
export function duration(least = 1) {
  return z.union([z.string(), z.number()]).transform((written, context) => {
    const ms = parseDuration(written);
    if (ms !== null && ms >= least) return ms;
    const bounds = least > 0 ? `, at least ${least} ms and at most 24 days` : ', at most 24 days';
    context.addIssue({
      code: 'custom',
      message: `is not a duration that can be used: write "10s", "500ms", "2m", or seconds as a number${bounds}`,
    });
    return z.NEVER;
  });
}
