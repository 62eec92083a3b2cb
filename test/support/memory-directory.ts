import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files in memory, where there is such a place: for tests that write much and ask nothing of the disk. */
const MEMORY = '/dev/shm';

/** A new directory whose files are in memory; whoever makes it removes it. */
export const memoryDirectory = (prefix: string): string =>
  mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), prefix));
