import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory } from '../directory.ts';

/** Runs whose records are kept, the newest. */
const KEPT_RUNS = 20;

/** One run's directory (0700): variables.yml while it starts, events.ndjson, output.log, and exit.json at its end. */
export function createRunDirectory(runDir: string, operation: string, variables: string): string {
  const run = runPath(runDir, operation);
  makeDirectory(runDir, 'runDir');
  rmSync(run, { recursive: true, force: true });
  mkdirSync(join(run, 'tmp'), { recursive: true, mode: 0o700 });
  writeFileSync(join(run, 'variables.yml'), variables, { mode: 0o600, flag: 'wx' });
  return run;
}

/** The directory of an operation, which is also its marker's value. */
export function runPath(runDir: string, operation: string): string {
  if (!/^[\w.-]+$/.test(operation) || operation.startsWith('.')) {
    throw new TypeError(`${operation} cannot be the id of an operation`);
  }
  return join(runDir, operation);
}

/** The secrets and temporary files go as soon as they are not needed; the record stays. */
export function removeVariables(run: string): void {
  rmSync(join(run, 'variables.yml'), { force: true });
}

export function closeRunDirectory(run: string, exit: Record<string, unknown>): void {
  removeVariables(run);
  rmSync(join(run, 'tmp'), { recursive: true, force: true });
  writeFileSync(join(run, 'exit.json'), `${JSON.stringify(exit)}\n`, { mode: 0o600 });
}

/** The runs that never came to their end. */
export function unfinishedRuns(runDir: string): string[] {
  return runDirectories(runDir).filter((run) => {
    const names = readdirSync(run);
    return names.includes('tmp') && !names.includes('exit.json');
  });
}

/** Removes all but the newest records. */
export function pruneRuns(runDir: string): void {
  const finished = runDirectories(runDir).filter((run) => readdirSync(run).includes('exit.json'));
  const newestFirst = finished.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const run of newestFirst.slice(KEPT_RUNS)) rmSync(run, { recursive: true, force: true });
}

function runDirectories(runDir: string): string[] {
  try {
    return readdirSync(runDir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(runDir, entry.name));
  } catch {
    return [];
  }
}
