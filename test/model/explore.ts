import { getNextTransitions } from 'xstate';
import { type StateValue, stateName } from '../../src/engine/record.ts';
import { type Snapshot, type Step, type Steps, stepsOf } from '../../src/engine/step.ts';
import { type LifecycleMachine, lifecycleMachine } from '../../src/lifecycle/machine.ts';
import { defaultPolicy } from '../../src/lifecycle/policy.ts';
import { firstGhost, type Ghost, ghostAfter } from './ghost.ts';
import { answers, type Input, readings } from './inputs.ts';
import { isDead, keyOf } from './projection.ts';

export interface Node {
  id: number;
  /** The state as one dotted name. */
  name: string;
  snapshot: Snapshot;
  /** The timers that are set, by their ids. */
  timers: ReadonlyMap<string, { type: string; at: number }>;
  ghost: Ghost;
  hooks: boolean;
  parent: Node | null;
  /** What led here from the parent. */
  via: string;
}

export interface Edge {
  from: Node;
  input: Input;
  /** A node that is new, or one that was there before. */
  to: Node;
  commands: Step['commands'];
}

/** Every node that can be reached, and every edge between them, as numbers: from, to, and which input. */
export interface Graph {
  nodes: Node[];
  /** `changes`: how many commands and timers came of it. */
  edges: { from: number[]; to: number[]; input: string[]; changes: number[] };
}

export interface ExploreOptions {
  machine?: LifecycleMachine;
  /** Told of every edge once, in breadth-first order. */
  onEdge?(edge: Edge): void;
  /** Told of a node that the projection takes for one that is there already. */
  onMerge?(known: Node, merged: Node): void;
  /** Asked after each node: whether to go on. */
  goOn?(): boolean;
}

/** Two of each attempt: one that fails and one that is the last. */
export const modelPolicy = { ...defaultPolicy, initAttempts: 2, unregAttempts: 2, repairAttempts: 2 };

/** Breadth first over the real machine, with and without hooks: every way to a node is a shortest one. */
export function explore({ machine = lifecycleMachine, onEdge, onMerge, goOn }: ExploreOptions = {}): Graph {
  const steps = stepsOf(machine);
  const graph: Graph = { nodes: [], edges: { from: [], to: [], input: [], changes: [] } };
  const handled = new Map<string, ReadonlySet<string>>();
  for (const hooks of [true, false]) {
    const known = new Map<string, Node>();
    const everything = readings(hooks);
    const frontier: Node[] = [];
    const meet = (node: Omit<Node, 'id'>): Node => {
      const key = keyOf(node.name, node.snapshot.context, node.timers, node.ghost);
      const before = known.get(key);
      if (before !== undefined) {
        onMerge?.(before, { ...node, id: before.id });
        return before;
      }
      const fresh = { ...node, id: graph.nodes.length };
      known.set(key, fresh);
      graph.nodes.push(fresh);
      frontier.push(fresh);
      return fresh;
    };
    meet(firstNode(steps, hooks));
    for (let next = 0; next < frontier.length; next += 1) {
      const from = frontier[next] as Node;
      if (goOn?.() === false) return graph;
      if (from.snapshot.status === 'done') continue;
      const events = handled.get(from.name) ?? handledIn(from);
      handled.set(from.name, events);
      for (const input of inputsOf(from, everything, events)) {
        const { node, commands, timers } = follow(steps, from, input);
        const to = meet(node);
        graph.edges.from.push(from.id);
        graph.edges.to.push(to.id);
        graph.edges.input.push(input.name);
        graph.edges.changes.push(commands.length + timers);
        // The ghost of what was met, not of what it was taken for: a check looks at what really happened.
        onEdge?.({ from, input, to: to.parent === from ? to : { ...node, id: to.id }, commands });
      }
    }
  }
  return graph;
}

function firstNode(steps: Steps, hooks: boolean): Omit<Node, 'id'> {
  const first = steps.begin(modelPolicy, 0);
  const name = nameOf(first.snapshot);
  return {
    name,
    snapshot: first.snapshot,
    timers: timersAfter(new Map(), first),
    ghost: firstGhost,
    hooks,
    parent: null,
    via: 'life.begun',
  };
}

/** Readings that the ghost takes note of, whether or not the machine listens. */
const NOTED = /^runner\.(sampled|unreadable)|^maintenance/;

/**
 * What may happen in a node. An event that no transition of the state names changes nothing, and is left out. The
 * group never leads from InService, or from Terminating, back to Pending, but through Standby or the pool.
 */
export function inputsOf(node: Node, everything: readonly Input[], handled: ReadonlySet<string>): Input[] {
  const serves = node.name.startsWith('inService');
  // The first look has brought the announcement; the metadata and the group say the next, and nobody else matters.
  const announced = serves && node.snapshot.context.target === 'Terminated';
  const list = everything.filter(
    ({ name, event }) =>
      (!announced || /^(group|target)\(/.test(name)) &&
      (handled.has(event.type) || (serves && NOTED.test(event.type))) &&
      !(node.ghost.launched && /\(Pending/.test(name)) &&
      !(node.ghost.launched && !node.name.endsWith('releasing') && /\(Warmed:Pending/.test(name)),
  );
  list.push(...answers(node.snapshot.context.operation, node.ghost));
  for (const [id, { type }] of node.timers) {
    if (!isDead(id, node.name)) list.push({ name: `timer ${id}`, event: { type }, observation: false });
  }
  return list;
}

/** One input through the machine. */
export function follow(
  steps: Steps,
  from: Node,
  input: Input,
): { node: Omit<Node, 'id'>; commands: Step['commands']; timers: number } {
  const next = steps.step(from.snapshot, { ...input.event, at: 0 });
  const name = next.snapshot === from.snapshot ? from.name : nameOf(next.snapshot);
  const timers = new Map(from.timers);
  if (input.name.startsWith('timer ')) timers.delete(input.name.slice('timer '.length));
  const { operation } = from.snapshot.context;
  const ghost = ghostAfter(from.ghost, input.event, operation, next, { from: from.name, to: name });
  const node = {
    name,
    snapshot: next.snapshot,
    timers: timersAfter(timers, next),
    ghost,
    hooks: from.hooks,
    parent: from,
    via: input.name,
  };
  return { node, commands: next.commands, timers: next.timerChanges.length };
}

function timersAfter(before: Node['timers'], { timerChanges }: Step): Node['timers'] {
  if (timerChanges.length === 0) return before;
  const timers = new Map(before);
  for (const change of timerChanges) {
    if ('set' in change) timers.set(change.set.id, { type: change.set.event.type, at: change.set.at });
    else timers.delete(change.cancel);
  }
  return timers;
}

/** The types of the events that some transition of the node's state waits for. */
export const handledIn = ({ snapshot }: Node): ReadonlySet<string> =>
  new Set(getNextTransitions(snapshot).map(({ eventType }) => eventType));

export const nameOf = (snapshot: Snapshot): string => stateName(snapshot.value as StateValue);

/** What happened from the beginning to this node, as one line. */
export function pathTo(node: Node): string {
  const steps: string[] = [];
  for (let at: Node | null = node; at !== null; at = at.parent) steps.unshift(at.via);
  return `${steps.join(' → ')} → ${node.name}`;
}
