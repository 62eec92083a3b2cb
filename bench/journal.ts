import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { journalPath, openJournal } from '../src/engine/journal.ts';
import { busyEngine } from '../test/support/busy-engine.ts';
import { memoryDirectory } from '../test/support/memory-directory.ts';
import type { Figure } from './lib/figure.ts';

const EVENTS = 1_000_000;
/** Seconds that a start from a full journal may take longer than one from an empty one. */
const LONGER = 0.1;
const LARGEST_MB = 2;

/** The journal after a million events: its size, and how much longer a start from it takes than from an empty one. */
export async function journalOverTime(pairs: number): Promise<Figure[]> {
  const dir = memoryDirectory('drover-bench-');
  try {
    const full = join(dir, 'full');
    const journal = openJournal(full);
    await busyEngine(journal).tell(EVENTS);
    journal.close();
    const size = statSync(journalPath(full)).size / 1024 / 1024;
    const longer: number[] = [];
    const empty: number[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      const from = join(dir, `empty-${pair}`);
      openJournal(from).close();
      const bare = startFrom(from);
      empty.push(bare);
      longer.push(Math.max(0, startFrom(full) - bare));
    }
    return [
      {
        figure: 'journal-size',
        unit: 'MB',
        ours: [size],
        baseline: [LARGEST_MB],
        against: 'what it may take',
        bound: { of: 'worst', atMost: LARGEST_MB },
      },
      {
        figure: 'journal-start',
        unit: 's',
        ours: longer,
        baseline: empty,
        against: 'a start from an empty journal; ours is what a full one adds',
        bound: { of: 'median', atMost: LONGER },
      },
    ];
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Seconds until an engine has gone on from the journal of this directory. */
function startFrom(dir: string): number {
  const began = performance.now();
  const journal = openJournal(dir);
  const { engine } = busyEngine(journal);
  const seconds = (performance.now() - began) / 1_000;
  engine.stop();
  journal.close();
  return seconds;
}
