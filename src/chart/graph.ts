import type { AnyStateNode } from 'xstate';
import { lifecycleMachine } from '../lifecycle/machine.ts';

/** The state chart as plain data, read from the machine that runs: one source for every format. */
export interface ChartGraph {
  /** Dotted name of the state that a life begins in. */
  initial: string;
  nodes: ChartNode[];
  edges: ChartEdge[];
}

export interface ChartNode {
  /** Dotted name, as in logs and the record: `inService.saturated.scalingUp`. */
  id: string;
  /** The last part of the name. */
  name: string;
  /** Id of the state around it; null at the top. */
  parent: string | null;
  kind: 'atomic' | 'compound' | 'final';
  /** Id of the child that a compound state begins in; null for others. */
  initial: string | null;
  tags: string[];
  entry: string[];
  exit: string[];
}

export interface ChartEdge {
  /** Null: from every state that says nothing else about the event. */
  source: string | null;
  /** Null: something is done or remembered, and the state stays. */
  target: string | null;
  /** The event's type; `after <delay>` for a timer, `always` for a choice made on entry. */
  event: string;
  guard: string | null;
  actions: string[];
}

interface Transition {
  target?: readonly AnyStateNode[] | undefined;
  guard?: unknown;
  actions: readonly unknown[];
  delay?: unknown;
}

/** Reads states and transitions from the lifecycle machine; actions without a name (computed ones) are left out. */
export function lifecycleGraph(): ChartGraph {
  const graph: ChartGraph = { initial: '', nodes: [], edges: [] };
  const root: AnyStateNode = lifecycleMachine.root;
  graph.initial = initialOf(root) ?? '';
  collect(root, graph);
  return graph;
}

function collect(node: AnyStateNode, graph: ChartGraph): void {
  if (node.parent !== undefined) {
    graph.nodes.push({
      id: nameOf(node),
      name: node.key,
      parent: node.parent.parent === undefined ? null : nameOf(node.parent),
      kind: node.type === 'final' ? 'final' : node.type === 'compound' ? 'compound' : 'atomic',
      initial: initialOf(node),
      tags: [...node.tags],
      entry: named(node.entry),
      exit: named(node.exit),
    });
  }
  const source = node.parent === undefined ? null : nameOf(node);
  for (const transition of node.always ?? []) graph.edges.push(edge(source, 'always', transition));
  for (const [event, transitions] of node.transitions) {
    for (const transition of transitions) graph.edges.push(edge(source, event, transition));
  }
  for (const child of Object.values(node.states)) collect(child, graph);
}

function edge(source: string | null, event: string, transition: Transition): ChartEdge {
  const [target] = transition.target ?? [];
  return {
    source,
    target: target === undefined ? null : nameOf(target),
    event: transition.delay === undefined ? event : `after ${String(transition.delay)}`,
    guard: nameOfType(transition.guard),
    actions: named(transition.actions),
  };
}

const nameOf = (node: AnyStateNode): string => node.path.join('.');

function initialOf(node: AnyStateNode): string | null {
  if (node.type !== 'compound') return null;
  const [first] = node.initial.target ?? [];
  return first === undefined ? null : nameOf(first);
}

const named = (actions: readonly unknown[]): string[] =>
  actions.flatMap((action) => nameOfType(action) ?? []);

/** XState gives actions and guards as a name, as `{type}`, or as a function, which has none to show. */
function nameOfType(item: unknown): string | null {
  if (typeof item === 'string') return item;
  const type = (item as { type?: unknown } | undefined)?.type;
  return typeof item === 'object' && typeof type === 'string' ? type : null;
}
