import type { Command } from 'commander';
import { type CliContext, sharedOptions } from './context.ts';
import { addDryRunOptions, type DryRunOptions } from './dry-run-options.ts';

const example = `
Example:
  drover init --check --diff`;

/** `drover init`: gitlab_runner_init.yml once, with the variables of the configuration. */
export function addInit(program: Command, context: CliContext): void {
  const command = program
    .command('init')
    .description('register the runners of this instance, start them, complete the launch hook')
    .addHelpText('after', example);
  addDryRunOptions(command).action(async (options: DryRunOptions, self: Command) => {
    const [{ playOnce }, { launchActionOpen }] = await Promise.all([
      import('./play-once.ts'),
      import('../lifecycle/group.ts'),
    ]);
    await playOnce(context, { ...sharedOptions(self), ...options }, 'init', (group) => ({
      type: 'playInit',
      operation: 'init-by-hand',
      completeHook: launchActionOpen(group),
    }));
  });
}
