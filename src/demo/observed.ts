import type { EventLog, LogEntry } from '../sandbox/log.ts';

export interface ObservedInstance {
  id: string;
  state: string;
  launchedAt: number;
  goneAt: number | null;
}

/** What the event log has told so far, folded: instances with their states, lifecycle actions. */
export interface Observed {
  readonly instances: ReadonlyMap<string, ObservedInstance>;
  /** Ids of the instances that are InService, oldest first. */
  inService(): string[];
  isGone(instanceId: string): boolean;
  /** Heartbeats taken for the instance's terminating action. */
  heartbeats(instanceId: string): number;
  readonly hooks: { open: number; timedOut: number };
}

/** How a lifecycle action ends; `dropped`: with its instance. */
const ended = new Set(['completed', 'timedOut', 'dropped']);

/** Follows the log from its beginning on. */
export function createObserved(log: EventLog): Observed {
  const instances = new Map<string, ObservedInstance>();
  const heartbeats = new Map<string, number>();
  const hooks = { open: 0, timedOut: 0 };

  const follow = (entry: LogEntry) => {
    if (entry.service !== 'autoscaling' || entry.kind !== 'state' || entry.instanceId === undefined) return;
    const { instanceId: id, at } = entry;
    if (entry.subject === 'instance') {
      const state = String(entry.state);
      const known = instances.get(id) ?? { id, state, launchedAt: at, goneAt: null };
      known.state = state;
      if (state === 'Terminated') known.goneAt ??= at;
      instances.set(id, known);
    } else if (entry.subject === 'hook') {
      if (entry.state === 'opened') hooks.open += 1;
      if (ended.has(String(entry.state))) hooks.open -= 1;
      if (entry.state === 'timedOut') hooks.timedOut += 1;
      if (entry.state === 'heartbeat' && entry.transition === 'terminating') {
        heartbeats.set(id, (heartbeats.get(id) ?? 0) + 1);
      }
    }
  };
  log.entries.forEach(follow);
  log.subscribe(follow);

  return {
    instances,
    hooks,
    inService: () => [...instances.values()].filter(({ state }) => state === 'InService').map(({ id }) => id),
    isGone: (instanceId) => instances.get(instanceId)?.goneAt != null,
    heartbeats: (instanceId) => heartbeats.get(instanceId) ?? 0,
  };
}
