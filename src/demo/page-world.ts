import type { World } from '../status/messages.ts';
import type { PageOptions } from './page.ts';

/** Jobs that are told of, the newest. */
const JOBS = 60;

/** The world of a sandbox as the page shows it. */
export function worldOf({
  sandbox,
  names,
  agents,
}: Pick<PageOptions, 'sandbox' | 'names' | 'agents'>): World {
  const { autoscaling: group, gitlab, faults } = sandbox;
  return {
    type: 'world',
    group: { name: group.name, min: group.minSize, max: group.maxSize, desired: group.desiredCapacity },
    instances: [...group.instances.values()].map(({ id, lifecycleState }) => ({
      id,
      lifecycleState,
      agent: agents?.agentOf(id) !== undefined,
    })),
    jobsIn: countsOf(gitlab.jobs),
    jobs: gitlab.jobs.slice(-JOBS).map(({ id, state, systemId }) => ({
      id,
      name: names.nameOfJob(id),
      state,
      instanceId: systemId === null ? null : names.instanceOfManager(systemId),
    })),
    runners: gitlab.runners.reduce((sum, runner) => sum + runner.managers.size, 0),
    faults: faults.inForce.map(({ rule: { service, operation, kind }, left }) => ({
      service,
      operation,
      kind,
      times: Number.isFinite(left) ? left : null,
    })),
  };
}

function countsOf(jobs: readonly { state: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of jobs) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
