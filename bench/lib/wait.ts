import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export { delay };

const LIMIT = 120_000;

/** Asks again and again until the answer is not null. */
export async function until<T>(what: string, ask: () => T | null): Promise<T> {
  const end = performance.now() + LIMIT;
  for (;;) {
    const answer = ask();
    if (answer !== null) return answer;
    if (performance.now() > end) throw new Error(`not within ${LIMIT} ms: ${what}`);
    await delay(20);
  }
}

/** The file's text, or nothing where there is none. */
export function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
