import { expect, it } from 'vitest';
import { whatCatches } from './catch.ts';
import { allMutants, type Mutant, sampleOf } from './mutate.ts';
import { survivors } from './survivors.ts';

const deep = process.env.DROVER_TEST_TIER === 'deep';
/** Of each of the three kinds, or all there are; and runs of the property for what the model check lets pass. */
const [OF_EACH, RUNS] = deep ? [Number.POSITIVE_INFINITY, 500] : [10, 50];

it('mutants of the chart: nine in ten and more are caught, and the others behave the same', {
  timeout: 1_800_000,
}, async () => {
  const mutants = sampleOf(allMutants(), OF_EACH);
  const uncaught: Mutant[] = [];
  for (const mutant of mutants) {
    const by = await whatCatches(mutant, RUNS);
    if (by === null) uncaught.push(mutant);
  }
  const caught = mutants.length - uncaught.length;
  console.log(`mutants ${mutants.length}, caught ${caught}`);
  for (const { id } of uncaught) console.log(`  survives: ${id}`);
  expect(mutants.length).toBeGreaterThanOrEqual(30);
  expect(caught / mutants.length).toBeGreaterThanOrEqual(0.9);
  expect(uncaught.map(({ id }) => id).filter((id) => !(id in survivors))).toEqual([]);
});
