import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Journal } from './journal.ts';

/**
 * A dry agent's configuration: directories of its own below those of an agent that acts, so that the two may run beside
 * each other, and no status page on the same port.
 */
export const dryDirectories = (config: Config): Config => ({
  ...config,
  stateDir: join(config.stateDir, 'dry-run'),
  runDir: join(config.runDir, 'dry-run'),
  status: { ...config.status, listen: 'off' },
});

/** The journal of a dry agent: each entry says that nothing of it was done, to whoever reads it anywhere. */
export const dryJournal = (journal: Journal): Journal => ({
  ...journal,
  append: (entry) => journal.append({ ...entry, dryRun: true }),
});
