import type { Journal } from '../../src/engine/journal.ts';
import type { JournalEntry } from '../../src/engine/journal-format.ts';
import { type Deed, play } from '../crashes/play.ts';

/** The journal that the real engine writes on the virtual clock while the world does this, and then its longest. */
export async function livedJournal(
  deeds: Deed[],
  kills: number[] = [],
  hooks = true,
): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  const sabotage = (journal: Journal): Journal => ({
    ...journal,
    append(entry) {
      journal.append(entry);
      entries.push(entry);
    },
  });
  await play({ hooks, deeds, kills }, { sabotage });
  return entries;
}
