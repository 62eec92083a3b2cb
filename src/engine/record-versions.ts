import { JournalError } from '../errors.ts';
import { defaultPolicy } from '../lifecycle/policy.ts';
import { type LifecycleRecord, recordVersion } from './record.ts';
import { restore } from './step.ts';

/** What makes a record of a version into one of the next. */
const MIGRATIONS: Record<number, (record: LifecycleRecord) => LifecycleRecord> = {
  // Before state `halting`: no host was known to go down.
  1: (record) => ({ ...record, version: 2, context: { ...record.context, halt: null } }),
};

/**
 * A record that this version can go on from: one of an older version is migrated. Throws JournalError, which says what
 * to do, for a newer one, and for one that names a state which the chart does not have.
 */
export function checkRecord(record: LifecycleRecord, stateDir: string): LifecycleRecord {
  let current = record;
  for (
    let migrate = MIGRATIONS[current.version];
    migrate !== undefined;
    migrate = MIGRATIONS[current.version]
  ) {
    current = migrate(current);
  }
  if (current.version !== recordVersion) {
    throw new JournalError(
      `the record in ${stateDir} has version ${record.version}, and this Drover reads 1 to ${recordVersion}; ` +
        `${MEND}, or install the version that wrote it`,
    );
  }
  try {
    restore(current.value, current.context, defaultPolicy);
  } catch (cause) {
    throw new JournalError(
      `the record in ${stateDir} is in a state that this Drover does not know (${(cause as Error).message}); ${MEND}`,
      { cause },
    );
  }
  return current;
}

const MEND = 'move the journal aside and start again: the truth is read from the group';
