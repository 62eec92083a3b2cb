import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** What lies below a directory: each file's path in it, with its mode and a digest of what it holds. */
export function readTree(directory: string): Map<string, string> {
  const tree = new Map<string, string>();
  for (const path of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const described = describe(join(directory, path));
    if (described !== null) tree.set(path, described);
  }
  return tree;
}

/** Paths that are in one of the two only, or differ. */
export function changedPaths(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all].filter((path) => before.get(path) !== after.get(path)).sort();
}

function describe(path: string): string | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  if (stat.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  if (!stat.isFile()) return `${stat.mode}`;
  return `${stat.mode} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
}
