import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('T2: terminated before registration: CONTINUE, and no unregister call', async () => {
  await scenario({ group: { desiredCapacity: 1 } }, async ({ seen, entries, sandbox }) => {
    const { instanceId = '' } = await seen({ subject: 'instance', state: 'Pending:Wait' });
    sandbox.autoscaling.terminate(instanceId, true);
    const completed = await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
    expect(completed.result).toBe('CONTINUE');
    expect(entries({ operation: 'verifyRunner' })).toEqual([]);
    expect(entries({ operation: 'deleteManager' })).toEqual([]);
    await seen({ subject: 'instance', state: 'Terminated' });
  });
}, 240_000);
