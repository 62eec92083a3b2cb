import { type Graph, type Node, pathTo } from './explore.ts';
import { FORCED } from './projection.ts';
import type { Violation } from './step-checks.ts';

/** States in which the sources look again by themselves, at their own interval. */
const WATCHED = /^inService\.(unknown|available|saturated|idle|cordoned)/;
/** A drain has begun, the host goes down, or the group is asked: from here every way must come to its end. */
const ENDING =
  /^terminating\.(draining|retrying|forcing)|^launching\.abandoning|^halting\.(?!halted)|^inService\.retiring/;

/** Invariant 6 over the whole graph: what can be reached, and what must be. */
export function progressViolations(graph: Graph): Violation[] {
  const found: Violation[] = [];
  const violate = (what: string, node: Node) => {
    if (!found.some((one) => one.what === what)) found.push({ what, witness: pathTo(node) });
  };
  const reaches = (goal: RegExp) => whatReaches(graph, (node) => goal.test(node.name));
  const toEnd = reaches(/^terminating|^launching\.abandoning/);
  const toRelease = reaches(/^terminating\.releasing$/);
  const released = reaches(/^released$/);
  for (const node of graph.nodes) {
    if (node.name === 'released') continue;
    const waits = node.timers.size > 0 || node.snapshot.context.operation !== null;
    if (!waits && !WATCHED.test(node.name)) violate(`6: ${node.name} waits for ever`, node);
    if (/^launching|^inService|^warmed/.test(node.name) && !toEnd[node.id])
      violate(`6: no way out of ${node.name}`, node);
    if (
      /^terminating|abandoning/.test(node.name) &&
      !toRelease[node.id] &&
      node.name !== 'terminating.releasing'
    ) {
      violate(`6: ${node.name} never comes to releasing`, node);
    }
    if (!released[node.id]) violate(`6: ${node.name} is never released`, node);
  }
  for (const [node, input] of restless(graph))
    violate(`8: ${input}, read again and again, finds no rest in ${node.name}`, node);
  for (const node of endless(graph)) violate(`6: ${node.name} can go round for ever`, node);
  return found;
}

const READ = /^(group|target|running|no reading|api|interruption|earlier|rebalance|maintenance|runner)/;
/** A reading may be what a state has asked for, and its answer be read once more: then it must come to rest. */
const REST = 3;

/** Invariant 8: whatever is read again and again changes nothing any more, and asks for nothing. */
function restless({ nodes, edges }: Graph): Array<[Node, string]> {
  const next = new Map<string, number>();
  for (let edge = 0; edge < edges.from.length; edge += 1) {
    if (READ.test(edges.input[edge] as string)) next.set(`${edges.from[edge]} ${edges.input[edge]}`, edge);
  }
  const found: Array<[Node, string]> = [];
  for (const first of next.values()) {
    const input = edges.input[first] as string;
    // There nothing tells a deadline that was set from one that was not: whatever moves it is the same.
    if (FORCED.test(nodes[edges.to[first] as number]?.name ?? '')) continue;
    let edge: number | undefined = first;
    let rests = false;
    for (let times = 0; times <= REST && !rests && edge !== undefined; times += 1) {
      rests = times > 0 && edges.to[edge] === edges.from[edge] && edges.changes[edge] === 0;
      edge = next.get(`${edges.to[edge]} ${input}`);
    }
    if (!rests && edge !== undefined) found.push([nodes[edges.to[first] as number] as Node, input]);
  }
  return found;
}

/** For each node, whether some way leads from it to a node that `isGoal` names. */
function whatReaches({ nodes, edges }: Graph, isGoal: (node: Node) => boolean): boolean[] {
  const before: number[][] = nodes.map(() => []);
  for (let edge = 0; edge < edges.from.length; edge += 1)
    before[edges.to[edge] as number]?.push(edges.from[edge] as number);
  const reached = nodes.map(isGoal);
  const queue = nodes.filter((_, id) => reached[id]).map(({ id }) => id);
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const previous of before[at] ?? []) {
      if (reached[previous]) continue;
      reached[previous] = true;
      queue.push(previous);
    }
  }
  return reached;
}

/**
 * Nodes of a drain or a retirement that its own steps (timers and ends of plays, the worst of each) lead round in a circle, with
 * nobody else doing anything: a retry without a bound. A heartbeat is no progress, and neither is a play cut short by
 * a restart, which has a bound in the deadline.
 */
function endless({ nodes, edges }: Graph): Node[] {
  const own: number[][] = nodes.map(() => []);
  for (let edge = 0; edge < edges.from.length; edge += 1) {
    const [from, to, input] = [
      edges.from[edge] as number,
      edges.to[edge] as number,
      edges.input[edge] as string,
    ];
    if (!/^timer (?!heartbeat)|^play (?!cut short)/.test(input)) continue;
    if (ENDING.test(nodes[from]?.name ?? '') && ENDING.test(nodes[to]?.name ?? '')) own[from]?.push(to);
  }
  // Takes away, again and again, what leads nowhere: what is left goes round.
  const left = own.map((next) => next.length);
  const into: number[][] = nodes.map(() => []);
  for (const [from, next] of own.entries()) for (const to of next) into[to]?.push(from);
  const done = nodes.filter(({ id }) => left[id] === 0).map(({ id }) => id);
  for (let at = done.pop(); at !== undefined; at = done.pop()) {
    for (const previous of into[at] ?? []) {
      left[previous] = (left[previous] ?? 0) - 1;
      if (left[previous] === 0) done.push(previous);
    }
  }
  return nodes.filter(({ id }) => (left[id] ?? 0) > 0);
}
