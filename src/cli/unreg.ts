import type { Command } from 'commander';
import { type CliContext, sharedOptions } from './context.ts';
import { addDryRunOptions, type DryRunOptions } from './dry-run-options.ts';

const example = `
Example:
  drover unreg --check --diff`;

/** `drover unreg`: gitlab_runner_unreg.yml once; it waits for running jobs as long as they take. */
export function addUnreg(program: Command, context: CliContext): void {
  const command = program
    .command('unreg')
    .description('let running jobs end, stop the runner, unregister it, answer the lifecycle hook')
    .addHelpText('after', example);
  addDryRunOptions(command).action(async (options: DryRunOptions, self: Command) => {
    const [{ playOnce }, { launchActionOpen, terminateActionOpen }] = await Promise.all([
      import('./play-once.ts'),
      import('../lifecycle/group.ts'),
    ]);
    await playOnce(context, { ...sharedOptions(self), ...options }, 'unreg', (group) => ({
      type: 'playUnreg',
      operation: 'unreg-by-hand',
      // An instance without its runner is not to come into service.
      ...(launchActionOpen(group)
        ? { transition: 'launching', result: 'ABANDON', completeHook: true }
        : { transition: 'terminating', result: 'CONTINUE', completeHook: terminateActionOpen(group) }),
    }));
  });
}
