import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new directory of the running test, which goes with it. */
export function temporaryDirectory(name: string): string {
  const dir = mkdtempSync(join(tmpdir(), `drover-${name}-`));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
