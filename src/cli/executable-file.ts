import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';

/** The value of an option that names a program: its absolute path. Throws InvalidArgumentError where it cannot run. */
export function executableFile(text: string): string {
  const path = resolve(text);
  try {
    if (!statSync(path).isFile()) throw new InvalidArgumentError(`${path} is no file.`);
    accessSync(path, constants.X_OK);
    return path;
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidArgumentError(
      code === 'EACCES' ? `${path} may not be executed.` : `There is no program ${path}.`,
    );
  }
}
