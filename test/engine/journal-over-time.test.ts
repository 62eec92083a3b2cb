import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openJournal, readRecord } from '../../src/engine/journal.ts';
import { busyEngine } from '../support/busy-engine.ts';
import { memoryDirectory } from '../support/memory-directory.ts';

// How long the start from such a journal takes: `npm run bench -- journal`.
const EVENTS = process.env.DROVER_TEST_TIER === 'deep' ? 1_000_000 : 20_000;

it('stays below 2 MB whatever happens for however long, and is gone on from', {
  timeout: 1_200_000,
}, async () => {
  const dir = memoryDirectory('drover-journal-');
  try {
    const journal = openJournal(dir);
    const { engine, tell } = busyEngine(journal);
    await tell(EVENTS);
    journal.close();
    const bytes = readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
    console.log(`events ${EVENTS}, entries ${engine.record.seq}, bytes ${bytes}`);
    expect(bytes).toBeLessThan(2 * 1024 * 1024);
    expect(engine.record.seq).toBeGreaterThan(EVENTS / 10);
    expect(readRecord(dir)).toEqual(engine.record);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
