import fc from 'fast-check';
import { stepsOf } from '../../../src/engine/step.ts';
import { anyRun } from '../../crashes/any-run.ts';
import { play } from '../../crashes/play.ts';
import { check } from '../check.ts';
import type { Mutant } from './mutate.ts';

/** More states than this the chart never has: the fault has made the space endless, and says no more. */
const MOST_STATES = 25_000;

/** Says what a mutant breaks, or null where nothing notices it. */
export async function whatCatches({ machine }: Mutant, runs: number): Promise<string | null> {
  const mutated = machine();
  try {
    const [violation] = check({ machine: mutated, first: true, most: MOST_STATES }).violations;
    if (violation !== undefined) return violation.what;
  } catch (error) {
    return `breaks down: ${(error as Error).message}`;
  }
  const steps = stepsOf(mutated);
  const property = fc.asyncProperty(anyRun, async (run) => (await play(run, { steps })).length === 0);
  const found = await fc.check(property, { numRuns: runs, seed: 1, endOnFailure: true });
  return found.failed ? `the property with crashes fails after ${found.numRuns} runs` : null;
}
