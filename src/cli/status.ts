import type { Command } from 'commander';
import { type CliContext, printJson, type SharedOptions, sharedOptions } from './context.ts';
import { repeatable } from './repeatable.ts';

const example = `
With --fleet, every instance of the group: what Auto Scaling says, and each one's own record, read over SSH with the
section "ssh" of the configuration. Exit code 1: some could not be read; they are listed with the reason.

Example:
  drover status --json`;

interface StatusOptions extends SharedOptions {
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
    .option('--fleet', 'all instances of the group, over SSH', false)
    .option('--group <name>', 'with --fleet: another group than this instance’s; repeatable', repeatable, [])
    .addHelpText('after', example)
    .action(async (_options, command: Command) => {
      const options = { ...sharedOptions(command), ...command.optsWithGlobals<StatusOptions>() };
      if (options.fleet || options.group.length > 0) {
        const { showFleet } = await import('./status-fleet.ts');
        await showFleet(context, options);
      } else {
        await showOwn(context, options);
      }
    });
}

async function showOwn(context: CliContext, { config, json }: SharedOptions): Promise<void> {
  const [{ loadConfig }, { readEntries }, { summarizeStatus }, { describeStatus }, paints, { DroverError }] =
    await Promise.all([
      import('../config.ts'),
      import('../engine/journal.ts'),
      import('../explain/status-summary.ts'),
      import('./status-text.ts'),
      import('../terminal/paint.ts'),
      import('../errors.ts'),
    ]);
  const { stateDir } = loadConfig(config, context.env);
  const summary = summarizeStatus(readEntries(stateDir), Date.now());
  if (summary === null) {
    throw new DroverError(`${stateDir} holds no record: no agent has run here; start one with drover agent`);
  }
  if (json) return printJson(context, { event: 'summary', ...summary });
  const paint = paints.paintFor(process.stdout, context.env);
  context.print(describeStatus(summary, { paint, width: paints.widthOf(process.stdout) }));
}
