import type { Command } from 'commander';
import { ConfigError } from '../errors.ts';
import { type CliContext, printJson, type SharedOptions, sharedOptions } from './context.ts';
import { repeatable } from './repeatable.ts';

const example = `
With --fleet, every instance of the group: what Auto Scaling says, and each one's own record, read over SSH with the
section "ssh" of the configuration. Exit code 1: some could not be read; they are listed with the reason.

Example:
  drover status --json`;

interface StatusOptions extends SharedOptions {
  dryRun: boolean;
  fleet: boolean;
  group: string[];
}

/** `drover status`: what this instance, or the fleet, is doing; works beside a running agent and without one. */
export function addStatus(program: Command, context: CliContext): void {
  program
    .command('status')
    .description(
      'tell what this instance is doing, from its journal; with --fleet, what all of the group are',
    )
    .option('--dry-run', 'of the dry-run agent on this host: what it would be doing', false)
    .option('--fleet', 'all instances of the group, over SSH', false)
    .option('--group <name>', 'with --fleet: another group than this instance’s; repeatable', repeatable, [])
    .addHelpText('after', example)
    .action(async (_options, command: Command) => {
      const options = { ...sharedOptions(command), ...command.optsWithGlobals<StatusOptions>() };
      if (options.fleet || options.group.length > 0) {
        if (options.dryRun)
          throw new ConfigError('--dry-run is about the agent on this host: leave --fleet out');
        const { showFleet } = await import('./status-fleet.ts');
        await showFleet(context, options);
      } else {
        await showOwn(context, options);
      }
    });
}

async function showOwn(context: CliContext, options: StatusOptions): Promise<void> {
  const [{ ownEntries }, { summarizeStatus }, { describeStatus }, paints] = await Promise.all([
    import('./own-entries.ts'),
    import('../explain/status-summary.ts'),
    import('./status-text.ts'),
    import('../terminal/paint.ts'),
  ]);
  const summary = summarizeStatus(ownEntries(context, options), Date.now());
  if (summary === null) return;
  if (options.json) return printJson(context, { event: 'summary', ...summary });
  const paint = paints.paintFor(process.stdout, context.env);
  context.print(describeStatus(summary, { paint, width: paints.widthOf(process.stdout) }));
}
