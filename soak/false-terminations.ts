import type { LogEntry } from '../src/sandbox/log.ts';

/** A job may have been handed out this shortly before a decision that could not know of it (ms). */
const UNSEEN = 4_000;
/** Samples are this far apart at most, and clocks are read one after the other (ms). */
const SLACK = 1_000;

interface Job {
  instanceId: string;
  began: number;
  ended: number | null;
}

/**
 * Terminations and unregistrations of Drover's own making for which there was no reason, in words: an instance that
 * had a job, or had one within the idle threshold; a runner unregistered on an instance that nobody took.
 */
export function falseTerminations(
  log: readonly LogEntry[],
  instanceOf: (systemId: string) => string | null,
  idleThreshold: number,
): string[] {
  const jobs = new Map<unknown, Job>();
  const states = new Map<string, string>();
  const taken = new Set<string>();
  const found: string[] = [];
  for (const entry of log) {
    const { subject, state, id, at } = entry;
    if (entry.kind === 'call') {
      const victim = victimOf(entry);
      if (victim === null) continue;
      if (entry.operation === 'SetInstanceHealth') taken.add(victim);
      else found.push(...[...jobs.values()].flatMap((job) => whyNot(job, victim, at, idleThreshold)));
    } else if (subject === 'instance' && entry.instanceId !== undefined) {
      if (state === 'interruption') taken.add(entry.instanceId);
      else states.set(entry.instanceId, `${state}`);
    } else if (subject === 'job') {
      const instanceId = typeof entry.systemId === 'string' ? instanceOf(entry.systemId) : null;
      if (state === 'assigned' && instanceId !== null) jobs.set(id, { instanceId, began: at, ended: null });
      else if (state !== 'running') {
        const job = jobs.get(id);
        if (job !== undefined) job.ended ??= at;
      }
    } else if (subject === 'manager' && state === 'deleted') {
      const instanceId = instanceOf(`${entry.systemId}`);
      if (instanceId !== null && states.get(instanceId) === 'InService' && !taken.has(instanceId)) {
        found.push(`${instanceId} was unregistered in service`);
      }
    }
  }
  return [...new Set(found)];
}

/** The instance that a successful call takes out of service; null for every other call. */
function victimOf({ operation, status, params, instanceId }: LogEntry): string | null {
  if (status !== 200) return null;
  if (operation !== 'TerminateInstanceInAutoScalingGroup' && operation !== 'SetInstanceHealth') return null;
  const { InstanceId } = (params ?? {}) as { InstanceId?: string };
  return InstanceId ?? instanceId ?? null;
}

function whyNot(job: Job, victim: string, at: number, idleThreshold: number): string[] {
  if (job.instanceId !== victim) return [];
  if (job.ended === null) return at - job.began > UNSEEN ? [`${victim} was retired under a job`] : [];
  const idle = at - job.ended;
  if (idle >= idleThreshold - SLACK || at - job.began <= UNSEEN) return [];
  return [`${victim} was retired ${Math.round(idle / 1_000)} s after a job`];
}
