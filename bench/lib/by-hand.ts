import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/config.ts';
import type { RunningInstance } from '../../src/sandbox/sandbox.ts';
import { textOf } from './wait.ts';
import type { World } from './world.ts';

/** Bash's own clock around the play: starting a process from the bench, a large one, is not Ansible's time. */
const TIMED = 'TIMEFORMAT=%R; time "$@" >"$0" 2>&1';

/**
 * Seconds that `ansible-playbook` takes, from its start to its end, with the settings that Drover ships and the
 * environment that the sandbox gives an agent: what the bench inherits (PYTHON*, npm_*) slows Ansible down.
 */
export async function playBare(playbook: string, home: string, args: string[]): Promise<number> {
  const directory = packageRoot();
  const output = join(home, 'by-hand.log');
  const command = ['ansible-playbook', ...args, join(directory, playbook)];
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    LANG: 'C.UTF-8',
    AWS_ACCESS_KEY_ID: 'AKIASANDBOX',
    AWS_SECRET_ACCESS_KEY: 'sandbox-only',
    ANSIBLE_CONFIG: join(directory, 'playbooks', 'ansible.cfg'),
    ANSIBLE_NOCOLOR: '1',
  };
  try {
    const { stderr } = await promisify(execFile)('bash', ['-c', TIMED, output, ...command], { env });
    return Number(stderr.trim());
  } catch (cause) {
    throw new Error(`${playbook} failed:\n${textOf(output).slice(-3_000)}`, { cause });
  }
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
