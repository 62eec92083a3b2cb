import type { PlaybookFacts } from '../lifecycle/events.ts';

/** One line of the callback drover_events (playbooks/callback_plugins), already redacted. */
export interface PlaybookEvent {
  event:
    | 'start'
    | 'play'
    | 'no_hosts'
    | 'task'
    | 'handler'
    | 'ok'
    | 'failed'
    | 'unreachable'
    | 'skipped'
    | 'retry'
    | 'item_ok'
    | 'item_failed'
    | 'item_skipped'
    | 'diff'
    | 'stats';
  counter: number;
  /** Milliseconds since the epoch. */
  at: number;
  task?: string;
  action?: string;
  changed?: boolean;
  /** In check mode: it did so all the same, with `check_mode: false`. */
  really?: boolean;
  /** A failure that the playbook ignores. */
  ignored?: boolean;
  msg?: string;
  diff?: string;
  /** Mutating calls that the task made; in check mode those that it would make. */
  calls?: string[];
  facts?: Record<string, unknown>;
  hosts?: Record<string, Record<string, number>>;
}

/** Reads one NDJSON line; null when it is none. */
export function parseEvent(line: string): PlaybookEvent | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'event' in value ? (value as PlaybookEvent) : null;
  } catch {
    return null;
  }
}

/** What a run has shown so far. */
export interface Progress {
  started: boolean;
  /** Changed tasks as the stats count them; null before the end. */
  changed: number | null;
  /** The stats name a host and no failure. */
  statsGood: boolean;
  finalTaskSeen: boolean;
  lastTask: string | null;
  failure: string | null;
  facts: PlaybookFacts;
}

export function startProgress(): Progress {
  return {
    started: false,
    changed: null,
    statsGood: false,
    finalTaskSeen: false,
    lastTask: null,
    failure: null,
    facts: {},
  };
}

/** Adds one event to what is known of the run. */
export function advance(progress: Progress, event: PlaybookEvent, finalTask: string): Progress {
  const next = { ...progress };
  if (event.event === 'start') next.started = true;
  if (event.event === 'task' && event.task) next.lastTask = event.task;
  if ((event.event === 'ok' || event.event === 'skipped') && event.task === finalTask)
    next.finalTaskSeen = true;
  if (event.event === 'skipped' && event.task === finalTask && event.action === 'asg_lifecycle_action') {
    next.facts = { ...next.facts, lifecycleAction: 'none' };
  }
  if (event.event === 'failed' || event.event === 'unreachable') {
    if (!event.ignored)
      next.failure = `${event.task ?? 'a task'}: ${event.msg ?? 'failed without a message'}`;
  }
  if (event.facts) next.facts = { ...next.facts, ...factsOf(event.action ?? '', event.facts) };
  if (event.event === 'stats') {
    const hosts = Object.values(event.hosts ?? {});
    next.statsGood = hosts.length > 0 && hosts.every((host) => !host.failures && !host.unreachable);
    next.changed = hosts.reduce((sum, host) => sum + (host.changed ?? 0), 0);
  }
  return next;
}

/** The facts that our own modules report; anything of another shape is left out. */
function factsOf(action: string, fields: Record<string, unknown>): PlaybookFacts {
  const { outcome, runners_left: left, desired_before: before, desired_after: after } = fields;
  if (action === 'asg_lifecycle_action' && (outcome === 'completed' || outcome === 'gone')) {
    return { lifecycleAction: outcome };
  }
  if (action === 'gitlab_runner_registration' && typeof left === 'number') return { runnersLeft: left };
  if (action === 'asg_capacity' && typeof before === 'number' && typeof after === 'number') {
    return { desiredBefore: before, desiredAfter: after };
  }
  return {};
}
