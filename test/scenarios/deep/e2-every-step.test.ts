import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEntries } from '../../../src/engine/journal.ts';
import { inParallel, inTurn } from '../in-parallel.ts';
import { type KillAt, killable, killedAt } from '../kills.ts';
import { type Life, lives } from '../lives.ts';
import { scenario } from '../world.ts';

/** How many entries the first instance's journal holds at the end of a life that nobody disturbs. */
async function stepsOf(life: Life): Promise<number> {
  let steps = 0;
  await scenario({ ...life.options, env: killable, restartAfter: 300 }, async (world) => {
    await life.play(world);
    const [first = ''] = world.sandbox.instances.keys();
    steps = readEntries(join(world.dir, 'instances', first, 'state')).length;
  });
  return steps;
}

describe('E2: an agent that is killed comes to the same end', () => {
  for (const life of lives) {
    const title = `at every step of ${life.id}, before it is written and after`;
    it.concurrent(title, { timeout: 1_800_000, retry: 0 }, async () => {
      const steps = await inTurn(() => stepsOf(life));
      const kills = Array.from({ length: steps }, (_, index) => index + 1).flatMap((nth): KillAt[] => [
        { nth, when: 'before' },
        { nth, when: 'after' },
      ]);
      // What comes when is not the same each time: the last steps may not come to the agent at all.
      const kill = (at: KillAt) => killedAt(life, at, { mayMiss: (at.nth ?? 0) > steps - 3 });
      const failures = await inParallel(kills, (at) => `${at.when} step ${at.nth}`, kill);
      console.log(`${life.id}: ${steps} steps, ${kills.length} kills, ${failures.length} failed`);
      expect(failures).toEqual([]);
    });
  }
});
