import { loadConfig } from '../config.ts';
import { readEntries } from '../engine/journal.ts';
import type { JournalEntry } from '../engine/journal-format.ts';
import { DroverError } from '../errors.ts';
import type { CliContext, SharedOptions } from './context.ts';

/**
 * The journal of the instance with this id: this instance's own from its state directory, another's over SSH. Throws
 * DroverError, which says why, where no group holds the instance or its journal cannot be read.
 */
export async function entriesOfInstance(
  context: CliContext,
  { config: path }: SharedOptions,
  instanceId: string,
): Promise<JournalEntry[]> {
  const own = readEntries(loadConfig(path, context.env).stateDir);
  if (own.at(-1)?.record.instanceId === instanceId) return own;
  const { withFleet } = await import('./fleet-access.ts');
  const note = (text: string) => void process.stderr.write(`drover: ${text}\n`);
  return withFleet(context, path, note, async ({ ofId, reader }) => {
    const instance = await ofId(instanceId);
    if (instance === null) {
      throw new DroverError(`no group of this region holds ${instanceId}: check the id, or the region`);
    }
    const journal = await reader().read(instance);
    if (journal.kind === 'unreadable') throw new DroverError(`${instanceId}: ${journal.why}`);
    return journal.entries;
  });
}
