import { type Command, InvalidArgumentError } from 'commander';
import { ConfigError } from '../errors.ts';
import { parseSince } from '../explain/since.ts';
import { type CliContext, sharedOptions } from './context.ts';

const example = `
Each decision with what was seen, why, which commands followed and how they ended. The journal keeps at least the last
200 entries. Another instance's journal is read over SSH, with the section "ssh" of the configuration.

Example:
  drover explain --since 2h`;

interface ExplainOptions {
  since?: number;
  dryRun: boolean;
}

/** `drover explain`: why this instance, or another, does what it does; from its journal. */
export function addExplain(program: Command, context: CliContext): void {
  program
    .command('explain')
    .description('tell in sentences what was decided, why, and how it ended')
    .argument('[instance-id]', 'another instance of a group; default: this one')
    .option('--dry-run', 'of the dry-run agent on this host: what it would have done', false)
    .option('--since <when>', 'a duration back (90s, 2h) or an ISO time in UTC', sinceOption)
    .addHelpText('after', example)
    .action(async (instanceId: string | undefined, { since, dryRun }: ExplainOptions, command: Command) => {
      const shared = sharedOptions(command);
      if (dryRun && instanceId !== undefined) {
        throw new ConfigError('--dry-run is about the agent on this host: leave the instance id out');
      }
      const { showExplanation } = await import('./explain-entries.ts');
      const entries =
        instanceId === undefined
          ? (await import('./own-entries.ts')).ownEntries(context, { ...shared, dryRun })
          : await (await import('./instance-entries.ts')).entriesOfInstance(context, shared, instanceId);
      showExplanation(context, entries, { json: shared.json, since });
    });
}

function sinceOption(text: string): number {
  const since = parseSince(text, Date.now());
  if (since !== null) return since;
  throw new InvalidArgumentError('write a duration such as 90s or 2h, or a time such as 2026-01-31T10:00.');
}
