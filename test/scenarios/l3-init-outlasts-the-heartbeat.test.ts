import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('L3: heartbeats keep a launch hook open whose timeout init outlasts; one CONTINUE', async () => {
  const launchHook = { name: 'launch', heartbeatTimeout: 9, defaultResult: 'ABANDON' as const };
  await scenario({ group: { desiredCapacity: 1, launchHook } }, async ({ seen, entries, sandbox }) => {
    const remove = sandbox.faults.add({
      service: 'gitlab',
      operation: 'requestJob',
      kind: 'error',
      status: 503,
    });
    const beats = () => entries({ subject: 'hook', state: 'heartbeat', hook: 'launch' }).length;
    await seen(() => beats() >= 5);
    remove();
    await seen({ subject: 'instance', state: 'InService' });
    expect(entries({ subject: 'hook', state: 'completed', hook: 'launch' })).toHaveLength(1);
  });
}, 240_000);
