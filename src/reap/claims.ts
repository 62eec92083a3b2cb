import { tokenSources } from '../config/schema.ts';
import type { RunnerConfig } from '../config.ts';
import { instanceOfRunner, looksLikeOurs, systemIdOf } from './identity.ts';
import type { KnownInstance } from './list-instances.ts';
import type { SeenManager, SeenRunner } from './list-runners.ts';

/** A runner that was created for one instance. */
export interface RunnerClaim {
  what: 'runner';
  runner: SeenRunner;
  instanceId: string;
}

/** The runner manager of one instance, on a runner that others share. */
export interface ManagerClaim {
  what: 'manager';
  runner: SeenRunner;
  manager: SeenManager;
  /** Null: it looks like one of ours, but no known instance has its system id. */
  instanceId: string | null;
}

/** A lifecycle action that the group waits for. */
export interface HookClaim {
  what: 'hook';
  instanceId: string;
  groupName: string;
  transition: 'launching' | 'terminating';
}

export type Claim = RunnerClaim | ManagerClaim | HookClaim;

/**
 * Which instance each runner and manager belongs to. A whole runner is claimed only where `runners` has an entry
 * without a token, which Drover creates runners from; of any other only managers, by their system id. What is neither
 * is not ours, and not mentioned.
 */
export function claimRunners(
  runners: readonly SeenRunner[],
  entries: readonly RunnerConfig[],
  known: ReadonlyMap<string, KnownInstance>,
): (RunnerClaim | ManagerClaim)[] {
  const created = entries.filter((entry) => tokenSources(entry).length === 0);
  const bySystemId = new Map([...known.keys()].map((id) => [systemIdOf(id), id]));
  return runners.flatMap((runner): (RunnerClaim | ManagerClaim)[] => {
    for (const { name, runnerType } of created) {
      const instanceId = runnerType === runner.type ? instanceOfRunner(name, runner.description) : null;
      if (instanceId !== null) return [{ what: 'runner', runner, instanceId }];
    }
    return (runner.managers ?? []).flatMap((manager): ManagerClaim[] => {
      const instanceId = bySystemId.get(manager.systemId) ?? null;
      if (instanceId === null && !looksLikeOurs(manager.systemId)) return [];
      return [{ what: 'manager', runner, manager, instanceId }];
    });
  });
}

/** The instances of our groups that wait for a lifecycle action to be completed. */
export function claimHooks(
  known: ReadonlyMap<string, KnownInstance>,
  groups: readonly string[],
): HookClaim[] {
  return [...known.values()].flatMap(({ id, groupName, lifecycleState }): HookClaim[] => {
    const waiting = /(?:^|:)(Pending|Terminating):Wait$/.exec(lifecycleState ?? '');
    if (waiting === null || !groups.includes(groupName)) return [];
    const transition = waiting[1] === 'Pending' ? 'launching' : 'terminating';
    return [{ what: 'hook', instanceId: id, groupName, transition }];
  });
}
