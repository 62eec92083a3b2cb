import { readdir, readFile, readlink } from 'node:fs/promises';

/** `unknown`: /proc could not be read, or the listener is not of this network namespace. */
export type Ownership = 'owned' | 'foreign' | 'unknown';

const LISTEN = '0A';

/**
 * Whether process `pid`, and nobody else, listens on TCP `port`. A job may take the port at an address that the runner has
 * not (::1 beside 127.0.0.1), and `localhost` is both.
 */
export async function ownsPort(pid: number, port: number): Promise<Ownership> {
  try {
    const tables = await Promise.all(
      ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
    );
    const inodes = new Set(tables.flatMap((table) => listeners(table, port)));
    if (inodes.size === 0) return 'unknown';
    for (const descriptor of await readdir(`/proc/${pid}/fd`)) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      inodes.delete(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? '');
    }
    return inodes.size === 0 ? 'owned' : 'foreign';
  } catch {
    return 'unknown';
  }
}

/** Inodes of the sockets in a table of /proc/net that listen on `port`. */
function listeners(table: string, port: number): string[] {
  return table.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const local = fields[1]?.split(':')[1];
    const listens = fields[3] === LISTEN && local !== undefined && Number.parseInt(local, 16) === port;
    return listens && fields[9] !== undefined ? [fields[9]] : [];
  });
}
