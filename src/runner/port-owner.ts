import { readdir, readFile, readlink } from 'node:fs/promises';

/** `unknown`: /proc could not be read, or the listener is not of this network namespace. */
export type Ownership = 'owned' | 'foreign' | 'unknown';

const LISTEN = '0A';

/** Whether process `pid` holds a socket that listens on TCP `port`. */
export async function ownsPort(pid: number, port: number): Promise<Ownership> {
  try {
    const tables = await Promise.all(
      ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
    );
    const inodes = new Set(tables.flatMap((table) => listeners(table, port)));
    if (inodes.size === 0) return 'unknown';
    for (const descriptor of await readdir(`/proc/${pid}/fd`)) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode !== undefined && inodes.has(inode)) return 'owned';
    }
    return 'foreign';
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
