import { randomUUID } from 'node:crypto';
import { AwsFault, type GroupInstance, isLeaving } from './model.ts';

/** AWS: a refresh that waits for protected or standby instances fails after an hour. */
const PATIENCE = 3_600_000;

export interface RefreshPreferences {
  scaleInProtected: 'Refresh' | 'Ignore' | 'Wait';
  standby: 'Terminate' | 'Ignore' | 'Wait';
}

export interface Refresh {
  id: string;
  status: 'InProgress' | 'Successful' | 'Failed' | 'Cancelled';
  reason: string | null;
  startedAt: number;
  endedAt: number | null;
  preferences: RefreshPreferences;
  /** Ids of those that were there at its start and are to be replaced. */
  left: string[];
  size: number;
}

export interface RefreshDeps {
  now(): number;
  instances: ReadonlyMap<string, GroupInstance>;
  /** Every instance that is wanted is in service, and none is on its way out. */
  settled(): boolean;
  terminate(instance: GroupInstance): void;
}

/** Instance refresh: every instance is replaced, one after the other, through the group's own hooks. */
export class InstanceRefreshes {
  /** The newest first. */
  readonly all: Refresh[] = [];
  readonly #deps: RefreshDeps;

  constructor(deps: RefreshDeps) {
    this.#deps = deps;
  }

  get #current(): Refresh | undefined {
    return this.all.find(({ status }) => status === 'InProgress');
  }

  start(preferences: RefreshPreferences): string {
    if (this.#current !== undefined) {
      throw new AwsFault('InstanceRefreshInProgress', 'An Instance Refresh is already in progress.');
    }
    const left = [...this.#deps.instances.values()]
      .filter((one) => !isLeaving(one) && !one.lifecycleState.startsWith('Warmed:'))
      .map(({ id }) => id);
    const id = randomUUID();
    this.all.unshift({
      id,
      status: 'InProgress',
      reason: null,
      startedAt: this.#deps.now(),
      endedAt: null,
      preferences,
      left,
      size: left.length,
    });
    return id;
  }

  cancel(): string {
    const refresh = this.#current;
    if (refresh === undefined) {
      throw new AwsFault(
        'ActiveInstanceRefreshNotFound',
        'No in progress or pending Instance Refresh found.',
      );
    }
    this.#end(refresh, 'Cancelled', 'Cancelled due to user request.');
    return refresh.id;
  }

  /** One step, where the group is settled. */
  advance(): void {
    const refresh = this.#current;
    if (refresh === undefined) return;
    const { instances, now, settled, terminate } = this.#deps;
    refresh.left = refresh.left.filter((id) => instances.has(id));
    if (!settled()) return;
    const judged = refresh.left.map((id) => {
      const instance = instances.get(id) as GroupInstance;
      return { instance, verdict: verdictOn(instance, refresh.preferences) };
    });
    const next = judged.find(({ verdict }) => verdict === 'replace');
    if (next !== undefined) terminate(next.instance);
    else if (!judged.some(({ verdict }) => verdict === 'wait')) this.#end(refresh, 'Successful', null);
    else if (now() - refresh.startedAt >= PATIENCE)
      this.#end(refresh, 'Failed', 'There are instances that are protected from scale in or in Standby.');
  }

  #end(refresh: Refresh, status: Refresh['status'], reason: string | null): void {
    Object.assign(refresh, { status, reason, endedAt: this.#deps.now() });
  }
}

function verdictOn(instance: GroupInstance, { standby, scaleInProtected }: RefreshPreferences) {
  const rule =
    instance.lifecycleState === 'Standby' ? standby : instance.scaleInProtected && scaleInProtected;
  if (rule === 'Wait') return 'wait';
  return rule === 'Ignore' ? 'keep' : 'replace';
}
