import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openJournal, readEntries } from '../../../src/engine/journal.ts';
import type { RunningInstance } from '../../../src/sandbox/sandbox.ts';
import { scanFiles } from '../secrets.ts';
import { scenario, type World } from '../world.ts';

const configOf = ({ dir }: RunningInstance) =>
  readFileSync(join(dir, 'gitlab-runner', 'config.toml'), 'utf8');

/** Ends every process of the instance, empties what lies on tmpfs, and starts the agent as the next boot would. */
async function reboot({ host }: World, instance: RunningInstance): Promise<void> {
  await host.powerOff(instance);
  rmSync(join(instance.dir, 'run'), { recursive: true, force: true });
  // The kernel's boot id cannot change under a test; that of the record can, which is the other half of the comparison.
  const journal = openJournal(join(instance.dir, 'state'));
  if (journal.last === null) throw new Error('no record');
  journal.append({ ...journal.last, record: { ...journal.last.record, bootId: 'the boot before' } });
  journal.close();
  host.startAgent(instance);
}

/** A job that runs to its end shows that the instance serves, whatever was done to it. */
async function serves({ seen, sandbox }: World): Promise<void> {
  const job = sandbox.gitlab.addJob({ script: ['true'] });
  await seen({ subject: 'job', id: job.id, state: 'success' });
}

/** Takes the instance and checks that its one registration went with it, and that each hook was answered once. */
async function leavesNothing({ seen, entries, sandbox }: World, instanceId: string): Promise<void> {
  sandbox.autoscaling.terminate(instanceId, true);
  await seen({ subject: 'instance', state: 'Terminated', instanceId });
  expect(entries({ subject: 'manager', state: 'created' })).toHaveLength(1);
  expect(sandbox.gitlab.runners.map(({ managers }) => managers.size)).toEqual([0]);
  const completed = entries({ subject: 'hook', state: 'completed' });
  expect(completed.map(({ hook, result }) => `${hook} ${result}`)).toEqual([
    'launch CONTINUE',
    'terminate CONTINUE',
  ]);
}

async function inService({ seen, sandbox }: World): Promise<RunningInstance> {
  const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
  const instance = sandbox.instances.get(instanceId);
  if (instance === undefined) throw new Error('no instance');
  return instance;
}

it.concurrent('L8: an instance that reboots in service serves again and registers nothing a second time', async () => {
  await scenario({ group: { desiredCapacity: 1 } }, async (world) => {
    const instance = await inService(world);
    await serves(world);
    const config = configOf(instance);
    await reboot(world, instance);
    await serves(world);
    expect(configOf(instance)).toBe(config);
    const begun = readEntries(join(instance.dir, 'state')).filter(({ event }) => event.type === 'life.begun');
    expect(begun.map(({ record }) => record.life)).toEqual([1, 1]);
    await leavesNothing(world, instance.id);
  });
}, 240_000);

it.concurrent('L8: a token that the runner rotated itself outlasts a reboot', async () => {
  await scenario({}, async (world) => {
    const { sandbox, seen, dir } = world;
    const [runner] = sandbox.gitlab.runners;
    if (runner === undefined) throw new Error('no runner');
    const given = runner.token;
    // The runner renews a token that has used up three quarters of its life; the next one lasts.
    Object.assign(runner, { tokenExpiresAt: Date.now() + 70_000, tokenLifetime: 3_600_000 });
    sandbox.autoscaling.resize({ desiredCapacity: 1 });
    const instance = await inService(world);
    await seen({ subject: 'runner', state: 'token reset' });
    const keepsTheNewOne = () => runner.token !== given && configOf(instance).includes(runner.token);
    await vi.waitUntil(keepsTheNewOne, { timeout: 60_000 });
    const config = configOf(instance);
    await reboot(world, instance);
    await serves(world);
    expect(configOf(instance)).toBe(config);
    await leavesNothing(world, instance.id);
    expect(scanFiles(dir, [runner.token], ['config.toml'])).toEqual([]);
  });
}, 240_000);
