import { expect, it } from 'vitest';
import { randomFrom } from '../../../src/sandbox/random.ts';
import { type Cost, callsOf, costTable, faultyLife, isRunners, KINDS } from '../faults.ts';
import { inParallel } from '../in-parallel.ts';
import { lives } from '../lives.ts';

const SEEDS = 50;
const SHARE = 0.2;

it(`nothing is lost when a fifth of all calls fail, with ${SEEDS} seeds`, {
  timeout: 3_000_000,
  retry: 0,
}, async () => {
  const rows: Array<{ what: string; cost: Cost }> = [];
  const life = lives.find(({ id }) => id === 'T1');
  if (life === undefined) throw new Error('no T1');
  const without = await faultyLife(life, () => {});
  const calls = callsOf(without.log);
  const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1);
  const failures = await inParallel(
    seeds,
    (seed) => `seed ${seed}`,
    async (seed) => {
      const random = randomFrom(seed);
      const cost = await faultyLife(life, ({ sandbox }) => {
        for (const call of calls) {
          const kind = KINDS[Math.floor(random() * KINDS.length)] ?? 'error';
          // A job whose hand-over is lost belongs to nobody: no runner can help that.
          if (call.operation === 'requestJob' && kind === 'lost') continue;
          sandbox.faults.add({
            ...call,
            kind,
            probability: SHARE,
            ...(kind === 'error' ? { status: 503 } : {}),
            ...(kind === 'slow' ? { delayMs: 1_000 } : {}),
            ...(kind === 'hang' && isRunners(call) ? { delayMs: 5_000 } : {}),
          });
        }
      });
      rows.push({ what: `seed ${seed}`, cost });
    },
  );
  console.log(costTable(rows, without));
  expect(failures).toEqual([]);
});
