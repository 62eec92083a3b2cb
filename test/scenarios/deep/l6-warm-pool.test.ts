import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEntries } from '../../../src/engine/journal.ts';
import { PATIENT, scenario, type World } from '../world.ts';

/** The lives that an instance has had, by its own record. */
const livesOf = ({ dir }: World, instanceId: string): number[] => [
  ...new Set(readEntries(join(dir, 'instances', instanceId, 'state')).map(({ record }) => record.life)),
];

/** A job that runs to its end shows that the instance serves. */
async function serves({ seen, sandbox }: World): Promise<void> {
  const job = sandbox.gitlab.addJob({ script: ['true'] });
  await seen({ subject: 'job', id: job.id, state: 'success' });
}

/** The first such entry after `seq`. */
const next = ({ seen }: World, seq: number, what: { subject: string; state: string }) =>
  seen((entry) => entry.seq > seq && entry.subject === what.subject && entry.state === what.state, 150_000);

/** From the pool into service, back under a job, and out again; the pool holds one instance. */
async function inAndOutAgain(world: World, pooled: 'Warmed:Stopped' | 'Warmed:Running'): Promise<void> {
  const { seen, sandbox, entries, agentIn } = world;
  const ready = await seen({ subject: 'instance', state: pooled }, 150_000);
  const { instanceId = '' } = ready;
  // Prepared: its hook was answered, and GitLab knows of nothing.
  expect(entries({ subject: 'hook', state: 'completed' })).toMatchObject([
    { lifecycleState: 'Warmed:Pending:Wait', result: 'CONTINUE', instanceId },
  ]);
  expect(entries({ operation: 'verifyRunner' })).toEqual([]);

  sandbox.autoscaling.resize({ desiredCapacity: 1 });
  const serving = await next(world, ready.seq, { subject: 'instance', state: 'InService' });
  expect(serving.instanceId).toBe(instanceId);
  expect(entries({ subject: 'hook', state: 'completed' })).toMatchObject([
    { lifecycleState: 'Warmed:Pending:Wait' },
    { lifecycleState: 'Pending:Wait', result: 'CONTINUE', instanceId },
  ]);
  expect(entries({ subject: 'manager', state: 'created' })).toHaveLength(1);
  await serves(world);
  await agentIn(instanceId, 'inService');

  const job = sandbox.gitlab.addJob({ script: ['sleep 6'] });
  await seen({ subject: 'job', id: job.id, state: 'running' });
  // A busy instance is protected from scale-in; whoever wants it back in the pool takes that away.
  await seen({ operation: 'SetInstanceProtection', status: 200 });
  sandbox.autoscaling.setProtection(instanceId, false);
  sandbox.autoscaling.resize({ desiredCapacity: 0 });
  const finished = await seen({ subject: 'job', id: job.id, state: 'success' });
  const deleted = await next(world, finished.seq, { subject: 'manager', state: 'deleted' });
  const back = await next(world, deleted.seq, { subject: 'instance', state: pooled });
  expect(entries({ subject: 'instance', state: 'Terminated' })).toEqual([]);

  sandbox.autoscaling.resize({ desiredCapacity: 1 });
  const again = await next(world, back.seq, { subject: 'instance', state: 'InService' });
  expect(again.instanceId).toBe(instanceId);
  await serves(world);
  expect(entries({ subject: 'manager', state: 'created' })).toHaveLength(2);
  await agentIn(instanceId, 'inService');
  expect(livesOf(world, instanceId).at(-1)).toBeGreaterThan(1);
}

const group = { desiredCapacity: 0, minSize: 0, maxSize: 1, ...PATIENT };
const config = { metadata: { timeout: '5s' } };

describe('L6: a warm pool', () => {
  it.concurrent('of stopped instances: nothing is registered in it; out of it, back under a job, and out again is a new life', async () => {
    const warmPool = { poolState: 'Stopped', minSize: 0, reuseOnScaleIn: true } as const;
    await scenario({ group: { ...group, warmPool }, config }, (world) =>
      inAndOutAgain(world, 'Warmed:Stopped'),
    );
  }, 400_000);

  it.concurrent('of running instances: the agent lives through all of it', async () => {
    const warmPool = { poolState: 'Running', minSize: 0, reuseOnScaleIn: true, hookOnReturn: true } as const;
    await scenario({ group: { ...group, warmPool }, config }, async (world) => {
      const { seen } = world;
      const agent = seen({ subject: 'instance', state: 'Warmed:Running' }, 150_000).then(
        ({ instanceId = '' }) => world.host.agentOf(instanceId)?.pid,
      );
      await inAndOutAgain(world, 'Warmed:Running');
      const [{ instanceId = '' } = {}] = world.entries({ subject: 'instance', state: 'InService' });
      expect(world.host.agentOf(instanceId)?.pid).toBe(await agent);
    });
  }, 400_000);
});
