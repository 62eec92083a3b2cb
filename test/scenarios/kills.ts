import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { vi } from 'vitest';
import type { Life } from './lives.ts';
import { scenario } from './world.ts';

/** Where an agent is killed: at the n-th entry of its journal, or at the first whose text holds `match`. */
export interface KillAt {
  nth?: number;
  match?: string;
  when: 'before' | 'after';
}

const fixture = join(dirname(fileURLToPath(import.meta.url)), 'fixtures', 'killed-at-journal.mjs');

/** The agents' environment that makes `killAt` work. */
export const killable = { NODE_OPTIONS: `--import=${pathToFileURL(fixture).href}` };

/**
 * Plays a life whose first agent is killed at one step of its journal and started again. Throws when it never comes to
 * that step, unless `mayMiss`.
 */
export async function killedAt(life: Life, at: KillAt, { mayMiss = false } = {}): Promise<void> {
  const options = { ...life.options, env: killable, restartAfter: 300 };
  await scenario(options, async (world) => {
    // The agent reads the rule at each entry; it has hardly begun to start.
    const rule = join(world.dir, 'kill-at');
    writeFileSync(rule, JSON.stringify(at));
    await life.play(world);
    if (mayMiss) return;
    // What the agent writes last can come after the last thing that is seen of it.
    await vi
      .waitUntil(() => !existsSync(rule), { timeout: 60_000 })
      .catch(() => {
        throw new Error(`the agent never came to ${JSON.stringify(at)}`);
      });
  });
}
