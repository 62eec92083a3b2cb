import { expect, it } from 'vitest';
import { stepsOf } from '../../src/engine/step.ts';
import { lifecycleMachine } from '../../src/lifecycle/machine.ts';
import { explore, follow, handledIn, inputsOf, type Node, pathTo } from './explore.ts';
import { readings } from './inputs.ts';
import { keyOf } from './projection.ts';

const deep = process.env.DROVER_TEST_TIER === 'deep';
/** One in so many of the nodes that the projection takes for one another is looked at. */
const EVERY = deep ? 2 : 60;

const steps = stepsOf(lifecycleMachine);
const everything = { true: readings(true), false: readings(false) };

/** All that can follow: the keys of what comes next, by what happens. */
function futureOf(node: Node): Map<string, string> {
  const future = new Map<string, string>();
  for (const input of inputsOf(node, everything[`${node.hooks}`], handledIn(node))) {
    const next = follow(steps, node, input).node;
    future.set(input.name, keyOf(next.name, next.snapshot.context, next.timers, next.ghost));
  }
  return future;
}

it('two nodes that the projection takes for one go on alike', { timeout: 600_000 }, () => {
  const differences: string[] = [];
  let merges = 0;
  let compared = 0;
  explore({
    onMerge(known, merged) {
      // Where nothing has changed there is nothing to compare.
      if (known.snapshot.context === merged.snapshot.context || known.snapshot.status === 'done') return;
      merges += 1;
      if (merges % EVERY !== 0 || differences.length > 5) return;
      compared += 1;
      const [one, other] = [futureOf(known), futureOf(merged)];
      for (const input of new Set([...one.keys(), ...other.keys()])) {
        if (one.get(input) === other.get(input)) continue;
        differences.push(
          `${input} after\n ${pathTo(known)}: ${one.get(input)}\n ${pathTo(merged)}: ${other.get(input)}`,
        );
        break;
      }
    },
  });
  console.log(`compared ${compared} of ${merges} pairs`);
  expect(compared).toBeGreaterThan(500);
  expect(differences).toEqual([]);
});
