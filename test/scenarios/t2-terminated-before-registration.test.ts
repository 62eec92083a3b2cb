import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('T2: terminated before registration: CONTINUE, and no unregister call', async () => {
  await scenario({ group: { desiredCapacity: 1 } }, async ({ seen, entries, sandbox }) => {
    sandbox.faults.add({ service: 'gitlab', operation: 'verifyRunner', kind: 'error', status: 503 });
    const { instanceId = '' } = await seen({ operation: 'verifyRunner' });
    const { instanceId: id = instanceId } = entries({ subject: 'instance', state: 'Pending' })[0] ?? {};
    sandbox.autoscaling.terminate(id, true);
    const completed = await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
    expect(completed.result).toBe('CONTINUE');
    expect(entries({ operation: 'deleteManager' })).toEqual([]);
  });
}, 120_000);
