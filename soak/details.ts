import type { SoakWorld } from './world.ts';

/** Which jobs, runner managers and lifecycle actions did not end as they must, in words: where to look first. */
export function detailsOf({ sandbox, instanceOf }: SoakWorld, killed: ReadonlySet<unknown>): string[] {
  const on = (systemId: string | null) =>
    systemId === null ? 'no instance' : (instanceOf(systemId) ?? systemId);
  const jobs = sandbox.gitlab.jobs
    .filter(({ id, state }) => state !== 'success' && state !== 'failed' && !killed.has(id))
    .map(({ id, state, systemId }) => `job ${id} is ${state}, on ${on(systemId)}`);
  const managers = sandbox.gitlab.runners.flatMap((runner) =>
    [...runner.managers.keys()].map((systemId) => `runner manager ${systemId} is left, of ${on(systemId)}`),
  );
  const hooks = sandbox.log.entries
    .filter(({ subject, state }) => subject === 'hook' && state === 'timedOut')
    .map(({ at, hook, instanceId }) => `${hook} of ${instanceId} timed out at ${new Date(at).toISOString()}`);
  return [...jobs, ...managers, ...hooks];
}
