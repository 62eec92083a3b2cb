import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { encodeEntry, type JournalEntry } from '../../src/engine/journal-format.ts';

export interface StateDirectory {
  dir: string;
  /** A configuration whose state directory holds the journal. */
  config: string;
  journal: string;
}

/** A state directory with this journal in it, and a configuration that names it. */
export function stateDirectory(
  entries: readonly JournalEntry[],
  config: Record<string, unknown> = {},
): StateDirectory {
  const dir = mkdtempSync(join(tmpdir(), 'drover-state-'));
  const stateDir = join(dir, 'state');
  mkdirSync(stateDir, { mode: 0o700 });
  const journal = join(stateDir, 'journal');
  writeFileSync(journal, Buffer.concat([...entries.map(encodeEntry), Buffer.alloc(4_096)]));
  const path = join(dir, 'config.yml');
  const own = { stateDir, gitlab: { url: 'https://gitlab.example.com' }, runners: [{ tokenEnv: 'TOKEN' }] };
  writeFileSync(path, stringify({ ...own, ...config }));
  return { dir, config: path, journal };
}
