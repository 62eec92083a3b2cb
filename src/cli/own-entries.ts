import { loadConfig } from '../config.ts';
import { dryDirectories } from '../engine/dry-run.ts';
import { readEntries } from '../engine/journal.ts';
import type { JournalEntry } from '../engine/journal-format.ts';
import { DroverError } from '../errors.ts';
import type { CliContext } from './context.ts';

/**
 * The journal of the agent on this host, or with `dryRun` that of its dry-run agent. Throws DroverError where none has
 * run here, and says where the other one has.
 */
export function ownEntries(
  { env }: CliContext,
  { config: path, dryRun }: { config: string; dryRun: boolean },
): JournalEntry[] {
  const acting = loadConfig(path, env);
  const dry = dryDirectories(acting);
  const { stateDir } = dryRun ? dry : acting;
  const entries = readEntries(stateDir);
  if (entries.length > 0) return entries;
  if (dryRun) {
    throw new DroverError(
      `${stateDir} holds no record: no dry-run agent has run here; start one with drover agent --dry-run`,
    );
  }
  throw new DroverError(
    readEntries(dry.stateDir).length > 0
      ? `${stateDir} holds no record: only a dry-run agent has run here; add --dry-run to see what it would have done`
      : `${stateDir} holds no record: no agent has run here; start one with drover agent`,
  );
}
