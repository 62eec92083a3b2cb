import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readRecord } from '../../../src/engine/journal.ts';
import type { SandboxInstance } from '../../../src/sandbox/host.ts';
import { PATIENT, scenario, type World } from '../world.ts';

const systemIdOf = ({ dir }: SandboxInstance): string =>
  readFileSync(join(dir, 'gitlab-runner', '.runner_system_id'), 'utf8').trim();

/** What an image that was made of a running instance brings along: identity, registration and record. */
function bake({ dir }: SandboxInstance, image: string): void {
  mkdirSync(image, { recursive: true });
  for (const part of ['state', 'gitlab-runner'])
    cpSync(join(dir, part), join(image, part), { recursive: true });
}

async function twoMore({ seen, sandbox }: World, first: string): Promise<SandboxInstance[]> {
  sandbox.autoscaling.resize({ desiredCapacity: 3 });
  const served = new Set<string>();
  await seen(({ subject, state, instanceId = '' }) => {
    if (subject === 'instance' && state === 'InService' && instanceId !== first) served.add(instanceId);
    return served.size === 2;
  }, 120_000);
  return [...served].map((id) => {
    const instance = sandbox.instances.get(id);
    if (instance === undefined) throw new Error(`no instance ${id}`);
    return instance;
  });
}

it('L7: instances of an image with a baked system id, registration and record each have a manager and a record of their own', async () => {
  // All of this machine's processes have one machine id: that part of the clone is there anyway.
  const options = {
    group: { desiredCapacity: 1, maxSize: 3, ...PATIENT },
    config: { metadata: { timeout: '5s' } },
  };
  await scenario(options, async (world) => {
    const { seen, sandbox, host, dir, entries, agentIn } = world;
    const { instanceId: first = '' } = await seen({ subject: 'instance', state: 'InService' });
    await agentIn(first, 'inService');
    const original = sandbox.instances.get(first);
    if (original === undefined) throw new Error('no instance');
    const image = join(dir, 'image');
    bake(original, image);
    const boot = host.boot;
    host.boot = async (instance, urls) => {
      mkdirSync(instance.dir, { recursive: true });
      cpSync(image, instance.dir, { recursive: true });
      await boot(instance, urls);
    };

    const clones = await twoMore(world, first);
    const all = [original, ...clones];
    expect(new Set(all.map(systemIdOf)).size).toBe(3);
    expect(sandbox.gitlab.runners.map(({ managers }) => managers.size)).toEqual([3]);
    for (const instance of clones) {
      const record = readRecord(join(instance.dir, 'state'));
      expect(record).toMatchObject({ instanceId: instance.id, life: 1 });
      const archive = readFileSync(join(instance.dir, 'state', `journal-of-${first}`), 'utf8');
      expect(archive).toContain(first);
    }

    // One goes: its manager alone goes with it, and the others serve on.
    const [gone, stays] = clones;
    if (gone === undefined || stays === undefined) throw new Error('no clones');
    const [goneId, left] = [systemIdOf(gone), [original, stays].map(systemIdOf).sort()];
    sandbox.autoscaling.terminate(gone.id, true);
    await seen({ subject: 'instance', state: 'Terminated', instanceId: gone.id });
    expect(entries({ subject: 'manager', state: 'deleted' })).toMatchObject([{ systemId: goneId }]);
    const jobs = [1, 2].map(() => sandbox.gitlab.addJob({ script: ['sleep 8'] }));
    for (const { id } of jobs) await seen({ subject: 'job', id, state: 'success' });
    const workers = jobs.map(({ id }) => sandbox.gitlab.jobs.find((job) => job.id === id)?.systemId);
    expect(workers.sort()).toEqual(left);
    rmSync(image, { recursive: true });
  });
}, 240_000);
