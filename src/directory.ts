import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigError } from './errors.ts';

/**
 * Makes a directory and those above it that are missing (0700). `key` is the setting that names it. Throws ConfigError
 * where it cannot be made, is something else, or cannot be written to.
 */
export function makeDirectory(path: string, key: string): void {
  try {
    for (const missing of missingAbove(resolve(path))) makeOne(missing);
    if (!statSync(path).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOTDIR' ? 'something on its way is a file' : `${code}`;
    throw new ConfigError(
      `${key}: the directory ${path} cannot be used (${why}): check its owner and mode, or name another`,
      { cause },
    );
  }
}

/** One by one, from the top: `mkdir` with `recursive` never returns where the file system refuses with ENOENT (/proc). */
function missingAbove(path: string): string[] {
  return existsSync(path) || dirname(path) === path ? [] : [...missingAbove(dirname(path)), path];
}

function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
