import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../src/sandbox/log.ts';
import { scenario, type World } from './world.ts';

/** What peers raise desired capacity to while an agent is between its read and its write. */
const PEERS = 3;

/**
 * The first write of the agent's increase is throttled; before it is tried again, peers have raised desired capacity.
 * Resolves with the write that has its effect.
 */
async function peersComeBetween({ seen, sandbox }: World, operation: string): Promise<LogEntry> {
  sandbox.faults.add({ service: 'autoscaling', operation, kind: 'throttle', times: 1 });
  const stop = sandbox.log.subscribe((entry) => {
    if (entry.operation !== operation || entry.fault === undefined) return;
    stop();
    sandbox.autoscaling.resize({ desiredCapacity: PEERS });
  });
  await seen({ subject: 'group', desiredCapacity: PEERS });
  return seen({ operation, status: 200 });
}

/** Values that desired capacity took, in order. */
const desired = ({ entries }: World) =>
  entries({ subject: 'group' }).map(({ desiredCapacity }) => Number(desiredCapacity));

async function busy({ seen, heldJob, agentIn }: World) {
  const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
  await agentIn(instanceId, 'inService');
  return { instanceId, job: heldJob() };
}

describe('C12: peers raise desired capacity between the read and the write of an increase', () => {
  it.concurrent('with a named scaling policy desired capacity never falls', async () => {
    await scenario(
      {
        group: { desiredCapacity: 1, maxSize: 4, policies: { 'one-more': 1 } },
        config: { autoscaling: { scalingPolicy: 'one-more' } },
      },
      async (world) => {
        const { job } = await busy(world);
        await peersComeBetween(world, 'ExecutePolicy');
        job.finish();
        await world.seen({ subject: 'job', id: job.id, state: 'success' });
        expect(world.entries({ operation: 'SetDesiredCapacity' })).toEqual([]);
        expect(desired(world)).toEqual([PEERS, PEERS + 1]);
      },
    );
  }, 240_000);

  it.concurrent('without one it never falls below what was read, and no busy instance is chosen', async () => {
    await scenario({ group: { desiredCapacity: 1, maxSize: 4 } }, async (world) => {
      const { instanceId, job } = await busy(world);
      const { seq } = await peersComeBetween(world, 'SetDesiredCapacity');
      job.finish();
      const ended = await world.seen({ subject: 'job', id: job.id, state: 'success' });
      expect(ended.seq).toBeGreaterThan(seq);
      expect(Math.min(...desired(world))).toBeGreaterThanOrEqual(1);
      const leaving = world.entries({ subject: 'instance', state: 'Terminating' });
      expect(leaving.map((entry) => entry.instanceId)).not.toContain(instanceId);
    });
  }, 240_000);
});
