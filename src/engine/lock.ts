import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory } from '../directory.ts';
import { ConfigError, LockedError } from '../errors.ts';
import { refusesWrites } from './journal-writer.ts';

export interface Lock {
  release(): void;
}

/**
 * Takes the state directory for this process: flock(2) on a file in it, through util-linux `flock -n 3` on our own
 * open descriptor. The kernel frees it when we end, however we end. Where the disk takes no file (full, read-only) the
 * lock lies in `instead`. Throws LockedError that names the holder, ConfigError where the directory cannot be used.
 */
export function takeLock(stateDir: string, role: string, instead?: string): Lock {
  try {
    makeDirectory(stateDir, 'stateDir');
    return lockFile(join(stateDir, 'lock'), stateDir, role);
  } catch (error) {
    if (instead === undefined || !refusesWrites((error as Error).cause ?? error)) throw error;
    return lockFile(join(instead, 'lock-of-state'), stateDir, role);
  }
}

function lockFile(path: string, stateDir: string, role: string): Lock {
  const fd = openLockFile(path);
  const run = spawnSync('flock', ['-n', '3'], { stdio: ['ignore', 'ignore', 'pipe', fd] });
  if (run.error !== undefined || run.status !== 0) {
    closeSync(fd);
    if (run.error !== undefined) {
      throw new LockedError(`cannot run flock (${run.error.message}); install util-linux`);
    }
    const holder = readFileSync(path, 'utf8').trim() || 'a process that has not named itself';
    throw new LockedError(`${stateDir} is owned by ${holder}; stop it first, or use another stateDir`);
  }
  try {
    ftruncateSync(fd, 0);
    writeSync(fd, `${role} (pid ${process.pid})\n`, 0);
  } catch (error) {
    // It is ours all the same; whoever is refused is not told by whom.
    if (!refusesWrites(error)) throw error;
  }
  return { release: () => closeSync(fd) };
}

function openLockFile(path: string): number {
  try {
    // Read and write, made if missing.
    return openSync(path, 0o2 | 0o100, 0o600);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ConfigError(`${path} cannot be opened (${code}): check its owner and mode (stateDir)`, {
      cause,
    });
  }
}
