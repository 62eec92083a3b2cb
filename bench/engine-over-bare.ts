import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig, packageRoot } from '../src/config.ts';
import { scaleUpVariables } from '../src/effects/playbook-variables.ts';
import { variablesYaml } from '../src/playbooks/variables-file.ts';
import type { RunningInstance } from '../src/sandbox/sandbox.ts';
import { launchAgent, linesOf, logged } from './lib/agent.ts';
import { playBare } from './lib/by-hand.ts';
import type { Figure } from './lib/figure.ts';
import { holdJob } from './lib/job.ts';
import { inPairs } from './lib/pairs.ts';
import { inWorld, type World } from './lib/world.ts';

/**
 * One play of a running agent, from its command to its result, over `ansible-playbook` alone with the same playbook
 * and variables. The play is scale_up.yml, the shortest of the three, so that what Drover adds weighs most; both sides
 * really raise desired capacity by one. The other intervals are short so that the next play comes soon.
 */
export function engineOverBare(pairs: number): Promise<Figure[]> {
  const config = {
    runner: { concurrent: 1, checkInterval: 1 },
    metrics: { interval: '500ms' },
    autoscaling: { interval: '1s' },
  };
  return inWorld({ config }, async (world) => {
    const instance = await launchAgent(world);
    await logged(instance, { msg: 'transition', to: 'inService.idle' });
    world.boots('bare');
    const values = await inPairs(
      pairs,
      () => byEngine(world, instance),
      () => byItself(world, instance),
    );
    return [
      {
        figure: 'engine-over-bare',
        unit: 's',
        ...values,
        against: 'ansible-playbook scale_up.yml by itself',
        bound: { of: 'ratio', atMost: 1.05 },
      },
    ];
  });
}

/** A job saturates the runner; the seconds between the command and the transition that its result causes. */
async function byEngine(world: World, instance: RunningInstance): Promise<number> {
  await settled(world);
  const { autoscaling } = world.sandbox;
  const before = autoscaling.desiredCapacity;
  const skip = linesOf(instance).length;
  const job = holdJob(world, instance);
  try {
    const command = await logged(instance, { msg: 'command', command: 'playScaleUp' }, skip);
    const result = await logged(instance, { msg: 'transition', from: 'inService.saturated.scalingUp' }, skip);
    if (result.event !== 'playbook.succeeded') throw new Error(`the engine's play ended in ${result.event}`);
    expectOneMore(world, before);
    return (result.at - command.at) / 1_000;
  } finally {
    await world.seen({ subject: 'job', id: job.id, state: 'running' });
    job.end();
    await world.seen({ subject: 'job', id: job.id, state: 'success' });
    await logged(instance, { msg: 'transition', to: 'inService.idle' }, skip);
  }
}

async function byItself(world: World, instance: RunningInstance): Promise<number> {
  await settled(world);
  const { autoscaling, awsUrl } = world.sandbox;
  const before = autoscaling.desiredCapacity;
  const config = loadConfig(join(instance.dir, 'config.yml'), { AWS_ENDPOINT_URL: awsUrl });
  const variables = scaleUpVariables(config, {
    group: { groupName: 'bench', desiredCapacity: before } as never,
    identity: { instanceId: instance.id, region: 'us-east-1' },
  });
  const file = join(instance.dir, 'scale-up.yml');
  writeFileSync(file, variablesYaml(variables), { mode: 0o600 });
  const seconds = await playBare('playbooks/scale_up.yml', instance.dir, [
    ...['-i', join(packageRoot(), 'inventory', 'localhost.yml')],
    ...['-e', `@${file}`],
  ]);
  expectOneMore(world, before);
  return seconds;
}

function expectOneMore(world: World, before: number): void {
  const { desiredCapacity } = world.sandbox.autoscaling;
  if (desiredCapacity !== before + 1) {
    throw new Error(
      `desired capacity went from ${before} to ${desiredCapacity}: the two sides did not do the same`,
    );
  }
}

/** The agent has read the group as it is now. */
async function settled(world: World): Promise<void> {
  const operation = 'DescribeAutoScalingGroups';
  const first = await world.seen({ operation }, world.now());
  await world.seen({ operation }, first.seq);
}
