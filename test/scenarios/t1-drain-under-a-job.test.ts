import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('T1: a job three times as long as the hook’s timeout ends, in order: intake off, heartbeats, job, unregister, CONTINUE', async () => {
  const terminateHook = { name: 'terminate', heartbeatTimeout: 4, defaultResult: 'CONTINUE' as const };
  await scenario({ group: { desiredCapacity: 1, terminateHook } }, async ({ seen, entries, sandbox }) => {
    await seen({ subject: 'instance', state: 'InService' });
    const id = entries({ subject: 'instance', state: 'InService' })[0]?.instanceId ?? '';
    const job = sandbox.gitlab.addJob({ script: ['sleep 12', 'echo done'] });
    await seen({ subject: 'job', id: job.id, state: 'running' });
    sandbox.autoscaling.terminate(id, true);
    const finished = await seen({ subject: 'job', id: job.id, state: 'success' });
    const late = sandbox.gitlab.addJob({ script: ['true'] });
    const completed = await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
    const deleted = entries({ subject: 'manager', state: 'deleted' })[0];
    const beats = entries({ subject: 'hook', state: 'heartbeat', hook: 'terminate' });
    expect(beats.length).toBeGreaterThanOrEqual(3);
    expect(beats[0]?.seq).toBeLessThan(finished.seq);
    expect(finished.seq).toBeLessThan(deleted?.seq ?? 0);
    expect(deleted?.seq).toBeLessThan(completed.seq);
    expect(late.state).toBe('pending');
    await seen({ subject: 'instance', state: 'Terminated' });
    expect(sandbox.gitlab.runners).toHaveLength(1);
  });
}, 240_000);
