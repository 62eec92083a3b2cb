import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** Copies what a host's journal tells, and goes on telling, into a file: one message a line. Returns what ends it. */
export function followJournal(directory: string, file: string): () => void {
  const out = openSync(file, 'a', 0o600);
  const args = [
    `--directory=${directory}`,
    '--follow',
    '--lines=all',
    '--output=cat',
    '--no-pager',
    '--quiet',
  ];
  const child = spawn('journalctl', args, { stdio: ['ignore', out, 'ignore'] });
  closeSync(out);
  return () => void child.kill();
}
