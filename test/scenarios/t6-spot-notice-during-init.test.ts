import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('T6: a Spot notice during init cancels it; nothing stays registered and the launch hook gets ABANDON', async () => {
  await scenario({ group: { desiredCapacity: 1 } }, async ({ seen, sandbox }) => {
    sandbox.faults.add({ service: 'gitlab', operation: 'requestJob', kind: 'error', status: 503 });
    const { runnerId } = await seen({ subject: 'manager', state: 'created' });
    const instanceId = [...sandbox.instances.keys()][0] ?? '';
    sandbox.interrupt(instanceId, { inSeconds: 60, hook: 'never' });
    const completed = await seen({ subject: 'hook', state: 'completed', hook: 'launch' });
    expect(completed).toMatchObject({ instanceId, result: 'ABANDON' });
    await seen({ subject: 'manager', state: 'deleted', runnerId: runnerId as number });
    sandbox.autoscaling.resize({ desiredCapacity: 0 });
    await seen({ subject: 'instance', state: 'Terminated', instanceId });
  });
}, 150_000);
