import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** `unknown`: /proc could not be read, or the listener is not of this network namespace. */
export type Ownership = 'owned' | 'foreign' | 'unknown';

const LISTEN = '0A';

/** The sockets on a port that were last seen to be whose: what listens still is what it was. */
const seen = new Map<number, { pid: number; inodes: ReadonlySet<string> }>();

/**
 * Whether process `pid`, and nobody else, listens on TCP `port`. A job may take the port at an address that the runner has
 * not (::1 beside 127.0.0.1), and `localhost` is both. Files of /proc are memory: read synchronously they cost a tenth
 * of what they cost through the thread pool, and this is asked with every scrape.
 */
export function ownsPort(pid: number, port: number): Ownership {
  try {
    const inodes = new Set(
      ['tcp', 'tcp6'].flatMap((name) => listeners(readIfThere(`/proc/net/${name}`), port)),
    );
    if (inodes.size === 0) return 'unknown';
    const last = seen.get(port);
    if (last?.pid === pid && [...inodes].every((inode) => last.inodes.has(inode))) return 'owned';
    const own = new Set(socketsOf(pid));
    if (![...inodes].every((inode) => own.has(inode))) return 'foreign';
    seen.set(port, { pid, inodes });
    return 'owned';
  } catch {
    return 'unknown';
  }
}

/** Inodes of the sockets that a process holds. */
function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1] ?? [];
    } catch {
      // It has closed it since.
      return [];
    }
  });
}

/** Inodes of the sockets in a table of /proc/net that listen on `port`. */
function listeners(table: string, port: number): string[] {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').flatMap((line) => {
    if (!line.includes(local)) return [];
    const fields = line.trim().split(/\s+/);
    const listens = fields[3] === LISTEN && fields[1]?.endsWith(local);
    return listens && fields[9] !== undefined ? [fields[9]] : [];
  });
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
