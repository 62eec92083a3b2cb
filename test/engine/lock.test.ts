import { expect, it } from 'vitest';
import { takeLock } from '../../src/engine/lock.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

it('refuses a second owner, names the first, and is free again after release', () => {
  const dir = temporaryDirectory('lock');
  const lock = takeLock(dir, 'agent');
  expect(() => takeLock(dir, 'agent')).toThrow(`agent (pid ${process.pid})`);
  lock.release();
  takeLock(dir, 'agent').release();
});
