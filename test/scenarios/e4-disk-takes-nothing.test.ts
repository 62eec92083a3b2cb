import { execFileSync } from 'node:child_process';
import { statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { killAgent, logged } from './agent-log.ts';
import { scenario, type World } from './world.ts';

// Real disks that are full or read-only: mounting one takes root.
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log('E4 is left out: run it as root, it mounts a small disk');

const mount = (...args: string[]) => execFileSync('mount', args);

/** An agent starts again on a state directory that takes nothing; then the group takes its instance under a job. */
async function drainsAllTheSame(world: World, spoil: (stateDir: string) => void): Promise<void> {
  const { seen, sandbox, dir, agentIn, entries } = world;
  const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
  await agentIn(instanceId, 'inService');
  const startAgain = await killAgent(world, instanceId);
  const stateDir = join(dir, 'instances', instanceId, 'state');
  spoil(stateDir);
  try {
    startAgain();
    const job = sandbox.gitlab.addJob({ script: ['sleep 6'] });
    await seen({ subject: 'job', id: job.id, state: 'running' });
    await logged(world, instanceId, {
      msg: 'journal not writable: degraded mode, no scale-up and no retirement',
    });
    expect(sandbox.autoscaling.desiredCapacity).toBe(1);
    sandbox.autoscaling.suspended.add('Launch');
    sandbox.autoscaling.terminate(instanceId, true);
    await seen({ subject: 'job', id: job.id, state: 'success' });
    await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
    expect(entries({ subject: 'manager', state: 'deleted' })).toHaveLength(1);
    expect(entries({ operation: 'SetDesiredCapacity' })).toEqual([]);
    await seen({ subject: 'instance', state: 'Terminated', instanceId });
  } finally {
    execFileSync('umount', ['--lazy', stateDir]);
  }
}

it.skipIf(!isRoot)(
  'E4: the disk is full: the agent goes on in memory, adds no instance, and loses no notice and no job',
  async () => {
    await scenario({ group: { desiredCapacity: 1 } }, (world) =>
      drainsAllTheSame(world, (stateDir) => {
        mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', stateDir);
        const { bavail, bsize } = statfsSync(stateDir);
        writeFileSync(join(stateDir, 'filler'), Buffer.alloc(bavail * bsize));
      }),
    );
  },
  240_000,
);

it.skipIf(!isRoot)(
  'E4: the state directory is read-only: the agent goes on from the record in it, and loses no notice and no job',
  async () => {
    await scenario({ group: { desiredCapacity: 1 } }, (world) =>
      drainsAllTheSame(world, (stateDir) => {
        mount('--bind', stateDir, stateDir);
        mount('-o', 'remount,bind,ro', stateDir);
      }),
    );
  },
  240_000,
);
