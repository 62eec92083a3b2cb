import type { Command } from 'commander';
import { type CliContext, printJson, sharedOptions } from './context.ts';

const example = `
Example:
  drover status --json`;

/** `drover status`: what this instance is doing, from its journal; works beside a running agent and without one. */
export function addStatus(program: Command, context: CliContext): void {
  program
    .command('status')
    .description('tell what this instance is doing, from its journal')
    .addHelpText('after', example)
    .action(async (_options, command: Command) => {
      const shared = sharedOptions(command);
      const [{ loadConfig }, { readEntries }, { describeStatus, summarizeStatus }, { DroverError }] =
        await Promise.all([
          import('../config.ts'),
          import('../engine/journal.ts'),
          import('./status-text.ts'),
          import('../errors.ts'),
        ]);
      const { stateDir } = loadConfig(shared.config, context.env);
      const summary = summarizeStatus(readEntries(stateDir), Date.now());
      if (summary === null) {
        throw new DroverError(
          `${stateDir} holds no record: no agent has run here; start one with drover agent`,
        );
      }
      if (shared.json) printJson(context, { event: 'summary', ...summary });
      else context.print(describeStatus(summary));
    });
}
