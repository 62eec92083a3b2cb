import { join } from 'node:path';
import { expect, it } from 'vitest';
import { drover } from '../cli/drover.ts';
import { killAgent, logged } from './agent-log.ts';
import { HOOKS, scenario, type World } from './world.ts';

/** They are left to time out. */
const launchHook = { ...HOOKS.launchHook, heartbeatTimeout: 30 };
const terminateHook = { ...HOOKS.terminateHook, heartbeatTimeout: 20 };

/** What a runner does by itself, with or without an agent. */
const OF_THE_RUNNER = /^(requestJob|updateJob|appendTrace|patchTrace)$/;

/** Calls after `seq` that would change something: of agents and playbooks, not of the runner. */
const mutating = ({ sandbox }: World, seq = 0) =>
  sandbox.log.entries
    .filter((entry) => entry.kind === 'call' && entry.mutating === true && entry.seq > seq)
    .map(({ operation }) => `${operation}`)
    .filter((operation) => !OF_THE_RUNNER.test(operation));

it.concurrent('E5: L1 dry: init is checked and shown with its diff, nothing is registered, and the hook is left to time out', async () => {
  await scenario(
    { group: { desiredCapacity: 1, launchHook }, args: ['--dry-run'], timedOut: ['launch'] },
    async (world) => {
      const { seen, sandbox } = world;
      const { instanceId = '' } = await seen({ subject: 'hook', state: 'opened', hook: 'launch' });
      await logged(world, instanceId, { msg: 'withheld', command: 'playInit', operation: 'init-1' });
      await logged(world, instanceId, {
        msg: 'checked: it would succeed, as far as that can be told',
        operation: 'init-1',
      });
      expect((await logged(world, instanceId, { msg: 'would change' })).diff).toContain('[[runners]]');
      sandbox.autoscaling.suspended.add('Launch');
      await seen({ subject: 'hook', state: 'timedOut', hook: 'launch' });
      expect(mutating(world)).toEqual([]);
      const config = join(world.dir, 'instances', instanceId, 'config.yml');
      const { stdout } = await drover(['explain', '--dry-run', '--config', config]);
      expect(stdout).toContain('dry run: nothing of this was done');
      expect(stdout).toMatch(/not {2}played gitlab_runner_init\.yml \(init-1\)/);
      expect(sandbox.gitlab.runners.flatMap(({ managers }) => [...managers.values()])).toEqual([]);
    },
  );
}, 240_000);

it.concurrent('E5: C1 dry: beside a full runner the increase is checked and shown, and the group keeps its size', async () => {
  const args: string[] = [];
  await scenario({ group: { desiredCapacity: 1 }, args }, async (world) => {
    const { seen, sandbox, agentIn } = world;
    const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
    await agentIn(instanceId, 'inService');
    const startAgain = await killAgent(world, instanceId);
    args.push('--dry-run');
    const { seq } = sandbox.log.entries.at(-1) ?? { seq: 0 };
    startAgain();
    const { id } = sandbox.gitlab.addJob({ script: ['sleep 15'] });
    await seen({ subject: 'job', id, state: 'running' });
    const shown = await logged(world, instanceId, { msg: 'withheld', command: 'playScaleUp' });
    await logged(world, instanceId, {
      msg: 'checked: it would succeed, as far as that can be told',
      operation: shown.operation,
    });
    await seen({ subject: 'job', id, state: 'success' });
    expect(mutating(world, seq)).toEqual([]);
    expect(sandbox.autoscaling.desiredCapacity).toBe(1);
  });
}, 240_000);

it.concurrent('E5: T1 dry: when the group takes the instance unreg is checked, and the action is left to time out', async () => {
  await scenario(
    {
      group: { desiredCapacity: 1, launchHook: undefined, terminateHook },
      args: ['--dry-run'],
      timedOut: ['terminate'],
    },
    async (world) => {
      const { seen, sandbox } = world;
      const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
      await logged(world, instanceId, { msg: 'transition', to: 'inService.unknown' });
      sandbox.autoscaling.suspended.add('Launch');
      sandbox.autoscaling.terminate(instanceId, true);
      const { operation } = await logged(world, instanceId, { msg: 'withheld', command: 'playUnreg' });
      await logged(world, instanceId, {
        msg: 'checked: it would succeed, as far as that can be told',
        operation,
      });
      await seen({ subject: 'hook', state: 'timedOut', hook: 'terminate' });
      expect(mutating(world)).toEqual([]);
    },
  );
}, 240_000);
