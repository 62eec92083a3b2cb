import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { takeLock } from '../../src/engine/lock.ts';

it('refuses a second owner, names the first, and is free again after release', () => {
  const dir = mkdtempSync(join(tmpdir(), 'drover-lock-'));
  const lock = takeLock(dir, 'agent');
  expect(() => takeLock(dir, 'agent')).toThrow(`agent (pid ${process.pid})`);
  lock.release();
  takeLock(dir, 'agent').release();
});
