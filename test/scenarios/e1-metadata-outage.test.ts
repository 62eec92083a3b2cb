import { expect, it } from 'vitest';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { scenario } from './world.ts';

/** How the metadata service fails, one after another. */
const OUTAGES: Pick<FaultRule, 'kind' | 'status'>[] = [
  { kind: 'error', status: 401 },
  { kind: 'error', status: 503 },
  { kind: 'error', status: 404 },
  { kind: 'hang' },
  { kind: 'reset' },
];

it('E1: while the metadata service refuses, fails, hangs or resets, nothing is inferred; a termination afterwards is seen', async () => {
  await scenario({ group: { desiredCapacity: 1 } }, async ({ seen, entries, agentIn, sandbox }) => {
    const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
    await agentIn(instanceId, 'inService');
    for (const outage of OUTAGES) {
      const remove = sandbox.faults.add({ service: 'metadata', operation: '*', ...outage });
      const from = sandbox.log.entries.length;
      let struck = 0;
      await seen(({ seq, service, fault }) => {
        if (seq > from && service === 'metadata' && fault === outage.kind) struck += 1;
        return struck === 5;
      });
      const job = sandbox.gitlab.addJob({ script: ['true'] });
      await seen({ subject: 'job', id: job.id, state: 'success' });
      remove();
    }
    await agentIn(instanceId, 'inService');
    expect(entries({ subject: 'manager', state: 'deleted' })).toEqual([]);
    expect(entries({ operation: 'CompleteLifecycleAction' })).toHaveLength(1);
    sandbox.autoscaling.terminate(instanceId, true);
    await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
    await seen({ subject: 'instance', state: 'Terminated', instanceId });
  });
}, 240_000);
