import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** `unknown`: /proc could not be read, or the listener is not of this network namespace. */
export type Ownership = 'owned' | 'foreign' | 'unknown';

const LISTEN = '0A';

/**
 * Whether process `pid`, and nobody else, listens on TCP `port`. A job may take the port at an address that the runner has
 * not (::1 beside 127.0.0.1), and `localhost` is both. Reads the kernel's whole table of connections: some 10 ms.
 */
export function portOwner(pid: number, port: number): Ownership {
  try {
    const sockets = ['tcp', 'tcp6'].flatMap((name) => listeners(readIfThere(`/proc/net/${name}`), port));
    if (sockets.length === 0) return 'unknown';
    const own = new Set(socketsOf(pid));
    return sockets.every((socket) => own.has(socket)) ? 'owned' : 'foreign';
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
