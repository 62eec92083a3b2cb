import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { packageRoot } from '../config/package-root.ts';
import { DroverError } from '../errors.ts';
import type { RunningInstance, Sandbox } from '../sandbox/sandbox.ts';
import { type PlayOptions, play } from './play.ts';

export const launchHook = 'runners-launching';
export const terminateHook = 'runners-terminating';
export const BOOT_LIMIT = 30_000;

/** What the sandbox's variables lack for one of our own playbooks. */
export function extraVariables(playbook: string, dir: string): string[] {
  const extra: Record<string, Record<string, unknown>> = {
    'gitlab_runner_unreg.yml': { autoscaling_lifecycle_hook: terminateHook },
    'scale_up.yml': { autoscaling_desired_before: 1 },
  };
  const variables = isOurs(playbook) ? extra[basename(playbook)] : undefined;
  if (variables === undefined) return [];
  const file = join(dir, 'extra-vars.yml');
  writeFileSync(file, stringify(variables));
  return [file];
}

const isOurs = (playbook: string): boolean => dirname(playbook) === join(packageRoot(), 'playbooks');

/** Raising the capacity needs an instance in service, and unregistering a registered runner on one that is to go. */
export async function prepare(
  sandbox: Sandbox,
  { id }: RunningInstance,
  own: Omit<PlayOptions, 'check'>,
  tell: (what: string) => void,
): Promise<void> {
  const name = isOurs(own.playbook) ? basename(own.playbook) : '';
  const served = () =>
    sandbox.log.waitFor((entry) => entry.instanceId === id && entry.state === 'InService', BOOT_LIMIT);
  if (name === 'scale_up.yml') {
    sandbox.autoscaling.complete(id, launchHook, 'CONTINUE');
    await served();
  }
  if (name !== 'gitlab_runner_unreg.yml') return;
  tell('before that, init');
  const [variables = ''] = own.variables;
  const playbook = join(dirname(own.playbook), 'gitlab_runner_init.yml');
  const { exitCode, output } = await play({
    ...own,
    playbook,
    variables: [variables],
    check: false,
    onTask: () => {},
  });
  if (exitCode !== 0)
    throw new DroverError(`init, which unreg needs first, ended with ${exitCode}:\n${output}`);
  await served();
  sandbox.autoscaling.terminate(id, false);
}
