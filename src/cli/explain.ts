import { type Command, InvalidArgumentError } from 'commander';
import { parseSince } from '../explain/since.ts';
import { type CliContext, sharedOptions } from './context.ts';

const example = `
Each decision with what was seen, why, which commands followed and how they ended. The journal keeps at least the last
200 entries.

Example:
  drover explain --since 2h`;

/** `drover explain`: why this instance does what it does, from its journal. */
export function addExplain(program: Command, context: CliContext): void {
  program
    .command('explain')
    .description('tell in sentences what was decided, why, and how it ended')
    .option('--since <when>', 'a duration back (90s, 2h) or an ISO time in UTC', sinceOption)
    .addHelpText('after', example)
    .action(async (options: { since?: number }, command: Command) => {
      const shared = sharedOptions(command);
      const [{ loadConfig }, { readEntries }, { showExplanation }] = await Promise.all([
        import('../config.ts'),
        import('../engine/journal.ts'),
        import('./explain-entries.ts'),
      ]);
      const { stateDir } = loadConfig(shared.config, context.env);
      showExplanation(context, readEntries(stateDir), { ...shared, since: options.since, origin: stateDir });
    });
}

function sinceOption(text: string): number {
  const since = parseSince(text, Date.now());
  if (since !== null) return since;
  throw new InvalidArgumentError('write a duration such as 90s or 2h, or a time such as 2026-01-31T10:00.');
}
