import { type Command, InvalidArgumentError } from 'commander';
import { parseSince } from '../explain/since.ts';
import { type CliContext, type SharedOptions, sharedOptions } from './context.ts';

const example = `
Each decision with what was seen, why, which commands followed and how they ended. The journal keeps at least the last
200 entries. Another instance's journal is read over SSH, with the section "ssh" of the configuration.

Example:
  drover explain --since 2h`;

/** `drover explain`: why this instance, or another, does what it does; from its journal. */
export function addExplain(program: Command, context: CliContext): void {
  program
    .command('explain')
    .description('tell in sentences what was decided, why, and how it ended')
    .argument('[instance-id]', 'another instance of a group; default: this one')
    .option('--since <when>', 'a duration back (90s, 2h) or an ISO time in UTC', sinceOption)
    .addHelpText('after', example)
    .action(async (instanceId: string | undefined, { since }: { since?: number }, command: Command) => {
      const shared = sharedOptions(command);
      const [{ loadConfig }, { readEntries }, { showExplanation }] = await Promise.all([
        import('../config.ts'),
        import('../engine/journal.ts'),
        import('./explain-entries.ts'),
      ]);
      const { stateDir } = loadConfig(shared.config, context.env);
      const own = readEntries(stateDir);
      const isOwn = instanceId === undefined || own.at(-1)?.record.instanceId === instanceId;
      const entries = isOwn ? own : await entriesOf(context, shared, instanceId);
      showExplanation(context, entries, { json: shared.json, since, origin: stateDir });
    });
}

async function entriesOf(context: CliContext, { config }: SharedOptions, instanceId: string) {
  const [{ withFleet }, { DroverError }] = await Promise.all([
    import('./fleet-access.ts'),
    import('../errors.ts'),
  ]);
  const note = (text: string) => void process.stderr.write(`drover: ${text}\n`);
  return withFleet(context, config, note, async ({ ofId, reader }) => {
    const instance = await ofId(instanceId);
    if (instance === null) {
      throw new DroverError(`no group of this region holds ${instanceId}: check the id, or the region`);
    }
    const journal = await reader.read(instance);
    if (journal.kind === 'unreadable') throw new DroverError(`${instanceId}: ${journal.why}`);
    return journal.entries;
  });
}

function sinceOption(text: string): number {
  const since = parseSince(text, Date.now());
  if (since !== null) return since;
  throw new InvalidArgumentError('write a duration such as 90s or 2h, or a time such as 2026-01-31T10:00.');
}
