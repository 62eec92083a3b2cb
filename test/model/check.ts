import type { LifecycleMachine } from '../../src/lifecycle/machine.ts';
import { explore } from './explore.ts';
import { progressViolations } from './graph-checks.ts';
import { collectStepViolations, type Violation } from './step-checks.ts';

export interface Verdict {
  states: number;
  edges: number;
  violations: Violation[];
}

/** Explores a machine and tells what it breaks; with `first`, no more than the first that is found. */
export function check(options: { machine?: LifecycleMachine; first?: boolean; most?: number } = {}): Verdict {
  const { machine, first = false, most = Number.POSITIVE_INFINITY } = options;
  const found = new Map<string, Violation>();
  let nodes = 0;
  const enough = () => (first && found.size > 0) || nodes > most;
  const graph = explore({
    ...(machine && { machine }),
    onEdge: collectStepViolations(found),
    goOn: () => {
      nodes += 1;
      return !enough();
    },
  });
  // What a graph that is not whole lacks is no proof of anything.
  const violations = [...found.values(), ...(enough() ? [] : progressViolations(graph))];
  return { states: graph.nodes.length, edges: graph.edges.from.length, violations };
}
