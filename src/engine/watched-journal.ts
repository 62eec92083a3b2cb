import type { PlaybookEvent } from '../playbooks/events.ts';
import type { Journal } from './journal.ts';
import type { JournalEntry } from './journal-format.ts';

/** Whoever shows what the engine does. Nothing waits for it. */
export interface Watcher {
  /** An entry as it was written; `degraded`: the journal did not take it, and it lives in memory. */
  entry(entry: JournalEntry, degraded: boolean): void;
  play(operation: string, event: PlaybookEvent): void;
}

/** The journal, with somebody who looks on. */
export function watchedJournal(journal: Journal, watcher: Watcher | undefined): Journal {
  if (watcher === undefined) return journal;
  return {
    ...journal,
    append(entry) {
      try {
        journal.append(entry);
      } catch (error) {
        watcher.entry(entry, true);
        throw error;
      }
      watcher.entry(entry, false);
    },
  };
}
