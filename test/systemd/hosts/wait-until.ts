import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when `condition` gives something truthy, looked at ten times a second; rejects after `limit` ms. */
export async function waitUntil(what: string, condition: () => unknown, limit = 60_000): Promise<void> {
  const until = performance.now() + limit;
  while (!(await condition())) {
    if (performance.now() > until) throw new Error(`not seen within ${limit / 1_000} s: ${what}`);
    await delay(100);
  }
}
