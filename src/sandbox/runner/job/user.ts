import { chownSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { FatalError } from '../log.ts';

/** Whom jobs run as where the runner itself is root: `run --user`. */
export interface JobUser {
  uid: number;
  gid: number;
  home: string;
}

/** The user of `run --user`, from /etc/passwd; null without one, or where this process is not root. */
export function jobUser(name: string | undefined): JobUser | null {
  if (name === undefined || process.getuid?.() !== 0) return null;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${name}:`));
  if (line === undefined) throw new FatalError(`user: unknown user ${name}`);
  const [, , uid, gid, , home = '/'] = line.split(':');
  return { uid: Number(uid), gid: Number(gid), home };
}

/** Makes a directory with its parents; what is new belongs to `user`. */
export function makeDirectoryOf(user: JobUser | null, directory: string): void {
  const first = mkdirSync(directory, { recursive: true });
  if (first === undefined || user === null) return;
  for (let path = directory; path.startsWith(first); path = dirname(path)) {
    chownSync(path, user.uid, user.gid);
  }
}
