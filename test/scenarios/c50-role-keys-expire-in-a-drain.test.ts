import { expect, it } from 'vitest';
import { HOOKS, scenario } from './world.ts';

const terminateHook = { ...HOOKS.terminateHook, heartbeatTimeout: 15 };

it('C50: the keys of the role are renewed, expire and are revoked in a drain: heartbeats go on, the hook is answered', async () => {
  const role = { lifetime: 12_000, renewal: 4_000 };
  await scenario({ group: { desiredCapacity: 1, terminateHook }, role }, async (world) => {
    const { seen, sandbox, heldJob, entries } = world;
    const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
    const job = heldJob();
    await seen({ subject: 'job', id: job.id, state: 'running' });
    sandbox.autoscaling.suspended.add('Launch');
    sandbox.autoscaling.terminate(instanceId, true);
    const beats = () =>
      entries({ operation: 'RecordLifecycleActionHeartbeat', status: 200 }).map((entry) => entry.accessKeyId);
    await seen(() => new Set(beats()).size >= 2);
    sandbox.credentials.revoke(instanceId);
    const until = new Set(beats()).size;
    await seen(() => new Set(beats()).size > until);
    job.finish();
    await seen({ subject: 'job', id: job.id, state: 'success' });
    await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
    await seen({ subject: 'instance', state: 'Terminated', instanceId });
    expect(entries({ subject: 'manager', state: 'deleted' })).toHaveLength(1);
    const signers = sandbox.log.entries.flatMap(({ accessKeyId }) => accessKeyId ?? []);
    expect(signers.filter((id) => !String(id).startsWith('ASIA'))).toEqual([]);
    const [first] = signers;
    expect(entries({ operation: 'CompleteLifecycleAction' }).at(-1)?.accessKeyId).not.toBe(first);
  });
}, 240_000);
