import type { Command } from 'commander';
import { type CliContext, sharedOptions } from './context.ts';
import { addDryRunOptions, type DryRunOptions } from './dry-run-options.ts';

const example = `
Example:
  drover scale-up --check`;

/** `drover scale-up`: scale_up.yml once: desired capacity plus one, within the group's limits. */
export function addScaleUp(program: Command, context: CliContext): void {
  const command = program
    .command('scale-up')
    .description('raise the desired capacity of this instance’s group by one')
    .addHelpText('after', example);
  addDryRunOptions(command).action(async (options: DryRunOptions, self: Command) => {
    const { playOnce } = await import('./play-once.ts');
    await playOnce(context, { ...sharedOptions(self), ...options }, 'scale-up', () => ({
      type: 'playScaleUp',
      operation: 'scale-up-by-hand',
    }));
  });
}
