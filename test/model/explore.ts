import { type StateValue, stateName } from '../../src/engine/record.ts';
import { begin, type Snapshot, type Step, step } from '../../src/engine/step.ts';
import type { LifecycleInput } from '../../src/lifecycle/events.ts';
import { defaultPolicy } from '../../src/lifecycle/policy.ts';
import { groupView } from '../support/views.ts';

/** What the explorer remembers beside the machine, to check what the machine itself does not say. */
export interface Ghost {
  /** Operations started and neither ended nor cancelled. */
  plays: string[];
  confirmed: boolean;
  launchAnswers: number;
}

export interface Node {
  snapshot: Snapshot;
  timers: string[];
  ghost: Ghost;
  path: string[];
}

export interface Edge {
  from: Node;
  event: string;
  to: Node;
  commands: Step['commands'];
}

const HOOKS = [true, false];
const policy = {
  ...defaultPolicy,
  initAttempts: 2,
  unregAttempts: 2,
  repairAttempts: 2,
};

/** Every input worth trying in a state: each observation once, each timer that is set, each end of the play. */
function inputs(node: Node, hooks: boolean): Array<{ name: string; event: { type: string } }> {
  const hook = hooks ? {} : { launchHook: null, terminateHook: null };
  const views = [
    'Pending:Wait',
    'InService',
    'Terminating:Wait',
    'Terminating:Retained',
    'Standby',
    'Warmed:Pending:Wait',
    'Warmed:Stopped',
  ];
  const list: LifecycleInput[] = [
    ...views.map((lifecycleState) => ({
      type: 'group.observed' as const,
      group: groupView({ lifecycleState, ...hook }),
    })),
    { type: 'group.observed', group: groupView({ minSize: 2, maxSize: 2, ...hook }) },
    { type: 'group.observed', group: null },
    { type: 'group.unreachable', forMs: 61_000 },
    { type: 'target.observed', target: 'Terminated' },
    { type: 'target.observed', target: 'InService' },
    { type: 'interruption.noticed', action: 'terminate', deadline: 120_000 },
    { type: 'runner.sampled', running: 0, limit: 2, paused: false },
    { type: 'runner.sampled', running: 1, limit: 2, paused: false },
    { type: 'runner.sampled', running: 2, limit: 2, paused: false },
    { type: 'runner.unreadable', reason: 'timeout' },
    { type: 'runner.process', alive: false },
    { type: 'maintenance.noticed', id: 'm1', code: 'system-reboot', notBefore: 700_000, notAfter: null },
    { type: 'maintenance.cleared', id: 'm1' },
    { type: 'host.stopping', kind: 'poweroff' },
    { type: 'host.stopping', kind: 'reboot' },
    { type: 'termination.accepted' },
    { type: 'termination.refused', message: 'no' },
    { type: 'heartbeat.refused', transition: 'launching', message: 'gone' },
    { type: 'heartbeat.refused', transition: 'terminating', message: 'gone' },
  ];
  const value = stateName(node.snapshot.value as StateValue);
  if (value === 'discovering') {
    for (const lifecycleState of views) {
      list.push({
        type: 'discovered',
        group: groupView({ lifecycleState, ...hook }),
        target: null,
        runner: { alive: lifecycleState === 'InService', registered: true },
      });
    }
  }
  const current = node.snapshot.context.operation;
  if (current !== null) {
    list.push({ type: 'playbook.succeeded', operation: current, facts: { lifecycleAction: 'completed' } });
    list.push({ type: 'playbook.failed', operation: current, reason: 'failed', message: '', facts: {} });
  }
  return [
    ...list.map((event) => ({ name: describe(event), event })),
    ...node.timers.map((timer) => ({ name: timer, event: { type: timer } })),
  ];
}

function describe(event: LifecycleInput): string {
  if (event.type === 'group.observed' || event.type === 'discovered') {
    return `${event.type}(${event.group?.lifecycleState ?? 'gone'})`;
  }
  if (event.type === 'runner.sampled') return `sampled(${event.running})`;
  if (event.type === 'target.observed') return `target(${event.target})`;
  if (event.type === 'host.stopping') return `host.stopping(${event.kind})`;
  return event.type;
}

function after(node: Node | null, next: Step, event: string): Node {
  let timers = node?.timers ?? [];
  for (const change of next.timerChanges) {
    const id = 'set' in change ? change.set.event.type : timerEventOf(change.cancel);
    timers = timers.filter((timer) => timer !== id);
    if ('set' in change) timers = [...timers, id].sort();
  }
  const before = node?.ghost ?? { plays: [], confirmed: false, launchAnswers: 0 };
  const ghost: Ghost = { ...before, plays: [...before.plays] };
  const ended = node?.snapshot.context.operation;
  if (event.startsWith('playbook.')) ghost.plays = ghost.plays.filter((operation) => operation !== ended);
  for (const command of next.commands) {
    if (command.type === 'cancelPlaybook') {
      ghost.plays = ghost.plays.filter((operation) => operation !== command.operation);
    } else if ('operation' in command) {
      ghost.plays.push(command.operation);
    }
  }
  const value = stateName(next.snapshot.value as StateValue);
  if (/^terminating\.(draining|forcing|retrying|releasing)/.test(value)) ghost.confirmed = true;
  return { snapshot: next.snapshot, timers, ghost, path: [...(node?.path ?? []), event] };
}

const timerEventOf = (id: string): string =>
  ({ heartbeat: 'heartbeat.due', deadline: 'deadline.reached', maintenance: 'maintenance.due' })[id] ?? id;

/** Two nodes are one when nothing that a guard reads tells them apart. */
function keyOf(node: Node): string {
  const { context } = node.snapshot;
  const { policy: _, operation, operations: __, reason: ___, deadline, noticeDeadline, ...rest } = context;
  return JSON.stringify([
    node.snapshot.value,
    // What only shapes a command or a text is left out.
    {
      ...rest,
      group: rest.group === null ? null : [rest.group.lifecycleState, rest.group.minSize],
      target: rest.target === 'Terminated',
      notice: rest.notice === 'interruption',
      attempts: Math.min(rest.attempts, 1),
      scaleUps: Math.min(rest.scaleUps, 1),
      scaleBlocked: 0,
      runnersLeft: 0,
      running: 0,
      limit: 0,
      scaleInProtected: 0,
      desiredBefore: 0,
      maintenanceId: 0,
    },
    operation?.replace(/-\d+$/, ''),
    deadline !== null,
    noticeDeadline !== null,
    node.timers,
    node.ghost.plays.map((play) => play.replace(/-\d+$/, '')),
    node.ghost.confirmed,
  ]);
}

/**
 * Breadth first over the real machine, with and without hooks; paths are therefore shortest witnesses. Stops after
 * `limit` states of each.
 */
export function explore(
  onEdge: (edge: Edge) => void,
  limit = Number.POSITIVE_INFINITY,
): { states: number; edges: number } {
  let edges = 0;
  let states = 0;
  for (const hooks of HOOKS) {
    const first = after(null, begin(policy, 0), 'life.begun');
    const seen = new Set([keyOf(first)]);
    const frontier = [first];
    let visited = 0;
    for (let node = frontier.shift(); node !== undefined && visited < limit; node = frontier.shift()) {
      visited += 1;
      states += 1;
      if (node.snapshot.status === 'done') continue;
      for (const { name, event } of inputs(node, hooks)) {
        const base = node.timers.includes(event.type)
          ? { ...node, timers: node.timers.filter((timer) => timer !== event.type) }
          : node;
        const next = step(node.snapshot, { ...event, at: 0 });
        const to = after(base, next, name);
        edges += 1;
        onEdge({ from: node, event: name, to, commands: next.commands });
        const key = keyOf(to);
        if (seen.has(key)) continue;
        seen.add(key);
        frontier.push(to);
      }
    }
  }
  return { states, edges };
}
