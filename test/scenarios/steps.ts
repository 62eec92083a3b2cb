import type { MaintenanceEvent } from '../../src/sandbox/metadata/view.ts';
import type { World } from './world.ts';

// What many scenarios do. Those on systemd hosts take them too.

/** The first instance that serves, also by its agent's own record. */
export async function inService({ seen, agentIn }: World): Promise<string> {
  const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
  await agentIn(instanceId, 'inService');
  return instanceId;
}

/** Queues a job; resolves with its id when it runs. `limit` in ms, as `seen` has it. */
export async function runningJob(
  { seen, sandbox }: Pick<World, 'seen' | 'sandbox'>,
  script: string,
  limit?: number,
): Promise<number> {
  const { id } = sandbox.gitlab.addJob({ script: [script] });
  await seen({ subject: 'job', id, state: 'running' }, limit);
  return id;
}

/** Plays one job to its end: an instance serves. */
export async function serves(
  { seen, sandbox }: Pick<World, 'seen' | 'sandbox'>,
  limit?: number,
): Promise<void> {
  const { id } = sandbox.gitlab.addJob({ script: ['true'] });
  await seen({ subject: 'job', id, state: 'success' }, limit);
}

/** So many calls of an operation, from now on: time in which an agent that looks could have acted. */
export async function looks({ sandbox, seen }: World, operation: string, count: number): Promise<void> {
  const from = sandbox.log.entries.length;
  const found = new Set<number>();
  await seen((entry) => {
    if (entry.seq > from && entry.operation === operation) found.add(entry.seq);
    return found.size >= count;
  });
}

/** A reboot that EC2 has scheduled for then (ms since the epoch). */
export const scheduledReboot = (notBefore: number): MaintenanceEvent => ({
  id: 'instance-event-0a1b2c3d4e5f60718',
  code: 'system-reboot',
  description: 'scheduled reboot',
  notBefore,
  notAfter: notBefore + 3_600_000,
  state: 'active',
});
