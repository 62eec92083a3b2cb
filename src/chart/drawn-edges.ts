import type { ChartEdge, ChartGraph } from './graph.ts';

/** One line of a drawing: all that leads from one state to another. */
export interface DrawnEdge {
  /** Null: from every state. */
  source: string | null;
  target: string;
  /** One a kind of event, such as `group.observed [seesPending | seesInService]`. */
  labels: string[];
}

/** Every state checks that a playbook's result is of the play it waits for; drawn, it would hide the real choices. */
const CHECKED_EVERYWHERE = 'currentOperation';

/** The edges as drawings show them: those between the same two states are one; what changes no state is left out. */
export function drawnEdges(edges: readonly ChartEdge[]): DrawnEdge[] {
  const pairs = new Map<string, { source: string | null; target: string; guards: Map<string, string[]> }>();
  for (const { source, target, event, guard } of edges) {
    if (target === null || target === source) continue;
    const key = `${source} ${target}`;
    const pair = pairs.get(key) ?? { source, target, guards: new Map() };
    const guards = pair.guards.get(event) ?? [];
    if (guard !== null && guard !== CHECKED_EVERYWHERE && !guards.includes(guard)) guards.push(guard);
    pair.guards.set(event, guards);
    pairs.set(key, pair);
  }
  return [...pairs.values()].map(({ source, target, guards }) => ({
    source,
    target,
    labels: [...guards].map(([event, names]) =>
      names.length === 0 ? event : `${event} [${names.join(' | ')}]`,
    ),
  }));
}

/** Whether a state says again what holds from every state anyway. */
export function repeats({ edges }: ChartGraph): (edge: ChartEdge) => boolean {
  const meaning = ({ event, guard, target }: ChartEdge) => `${event} ${guard} ${target}`;
  const holdsEverywhere = new Set(edges.filter(({ source }) => source === null).map(meaning));
  return (edge) => edge.source !== null && holdsEverywhere.has(meaning(edge));
}
