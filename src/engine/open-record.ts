import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { sweepRuns } from '../playbooks/run.ts';
import { type Journal, openJournal } from './journal.ts';
import { takeLock } from './lock.ts';
import type { LifecycleRecord } from './record.ts';
import { checkRecord } from './record-versions.ts';

/** The state directory while it is ours. */
export interface OpenRecord {
  journal: Journal;
  /** The newest record, whoever's it is and of whichever version; null: there is none. */
  found: LifecycleRecord | null;
  stateDir: string;
  /** Gives the state directory to the next. */
  close(): void;
}

/**
 * Takes the state directory, and ends what an earlier owner's playbooks have left running. Throws LockedError where
 * another process owns it, JournalError where the journal cannot be read.
 */
export async function openRecord(
  config: Pick<Config, 'stateDir' | 'runDir'>,
  role: string,
  log: Logger,
): Promise<OpenRecord> {
  const lock = takeLock(config.stateDir, role, config.runDir);
  try {
    const journal = openJournal(config.stateDir);
    if (journal.damaged > 0) log.warn({ damaged: journal.damaged }, 'the journal held damaged entries');
    await sweepRuns(config.runDir);
    if (journal.doubtful) {
      log.warn(
        { record: journal.record === null ? 'none' : 'an older one' },
        'what was written last cannot be read: the record is not followed, the truth is looked for anew',
      );
    }
    return {
      journal,
      found: journal.record,
      stateDir: config.stateDir,
      close() {
        journal.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** A record of another instance (baked into an image) is set aside. Throws JournalError where ours cannot be trusted. */
export function ofThisInstance(
  { found, journal, stateDir }: OpenRecord,
  instanceId: string,
  log: Logger,
): LifecycleRecord | null {
  if (found === null) return null;
  if (found.instanceId === instanceId) return checkRecord(found, stateDir);
  const name = `journal-of-${found.instanceId}`;
  log.warn({ instanceId, foreign: found.instanceId, archive: name }, 'record of another instance set aside');
  journal.archive(name);
  return null;
}
