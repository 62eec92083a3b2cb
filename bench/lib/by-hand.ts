import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/config.ts';
import type { RunningInstance } from '../../src/sandbox/sandbox.ts';
import type { World } from './world.ts';

/**
 * Seconds that `ansible-playbook` takes, from spawn to exit, with the settings that Drover ships and the environment
 * that the sandbox gives an agent: what the bench inherits (PYTHON*, npm_*) slows Ansible down and must not count.
 */
export function playBare(playbook: string, home: string, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const directory = packageRoot();
    const began = performance.now();
    const child = spawn('ansible-playbook', [...args, join(directory, playbook)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: home,
        LANG: 'C.UTF-8',
        AWS_ACCESS_KEY_ID: 'AKIASANDBOX',
        AWS_SECRET_ACCESS_KEY: 'sandbox-only',
        ANSIBLE_CONFIG: join(directory, 'playbooks', 'ansible.cfg'),
        ANSIBLE_NOCOLOR: '1',
      },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk;
      });
    }
    let seconds = 0;
    child.once('error', reject);
    child.once('exit', () => {
      seconds = (performance.now() - began) / 1_000;
    });
    child.once('close', (code) => {
      if (code === 0) resolve(seconds);
      else reject(new Error(`${playbook} ended with ${code}:\n${output.slice(-3_000)}`));
    });
  });
}

/** The arguments with which a playbook acts on an instance of the sandbox, as the README shows. */
export function byHandArgs(instance: RunningInstance, extra: Record<string, string> = {}): string[] {
  return [
    ...['-i', join(packageRoot(), 'inventory', 'sandbox.yml'), '-e', `@${join(instance.dir, 'vars.yml')}`],
    ...Object.entries(extra).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
  ];
}

/** One more instance without an agent, its runner brought into service by hand. */
export async function launchByHand(world: World): Promise<RunningInstance> {
  const instance = await world.launch('byHand');
  await playBare(
    'playbooks/gitlab_runner_init.yml',
    instance.dir,
    byHandArgs(instance, { gitlab_runner_check_interval: '3' }),
  );
  return instance;
}
