import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('T13: with a fifth of all calls to AWS throttled, and contention besides, a whole life completes', async () => {
  await scenario({ group: { desiredCapacity: 1 } }, async ({ seen, entries, agentIn, sandbox }) => {
    const everywhere = { service: 'autoscaling', operation: '*' } as const;
    // One for certain: a short life has so few calls that chance may spare them all.
    sandbox.faults.add({ ...everywhere, kind: 'throttle', times: 1 });
    sandbox.faults.add({ ...everywhere, kind: 'throttle', probability: 0.2 });
    sandbox.faults.add({
      ...everywhere,
      kind: 'error',
      status: 500,
      code: 'ResourceContention',
      probability: 0.05,
    });
    const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' }, 120_000);
    await agentIn(instanceId, 'inService');
    sandbox.autoscaling.suspended.add('Launch');
    const job = sandbox.gitlab.addJob({ script: ['sleep 6'] });
    await seen({ subject: 'job', id: job.id, state: 'running' });
    sandbox.autoscaling.terminate(instanceId, true);
    await seen({ subject: 'job', id: job.id, state: 'success' });
    await seen({ subject: 'instance', state: 'Terminated', instanceId }, 120_000);
    expect(entries({ kind: 'call', fault: 'throttle' })).not.toEqual([]);
    const completed = entries({ subject: 'hook', state: 'completed' });
    expect(completed.map(({ hook, result }) => `${hook} ${result}`)).toEqual([
      'launch CONTINUE',
      'terminate CONTINUE',
    ]);
    expect(sandbox.gitlab.runners.map(({ managers }) => managers.size)).toEqual([0]);
  });
}, 300_000);
