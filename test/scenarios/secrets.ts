import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A planted token in every form in which it could leak. */
export function formsOf(secret: string): string[] {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  return [...new Set([secret, base64, encodeURIComponent(secret)])];
}

export interface SecretsWatch {
  /** Stops watching; says where each secret was seen in the arguments or environment of a process. */
  stop(): string[];
}

/**
 * Looks at the arguments and the environment of every process on the host, again and again, until stopped. Playbook
 * modules live for a tenth of a second, hence the short interval.
 */
export function watchProcesses(secrets: string[], everyMs = 50): SecretsWatch {
  const forms = secrets.flatMap(formsOf);
  const found = new Set<string>();
  const look = () => {
    for (const pid of readdirSync('/proc')) {
      if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
      for (const part of ['cmdline', 'environ']) {
        const text = readQuietly(join('/proc', pid, part));
        for (const form of forms) {
          if (text.includes(form)) {
            found.add(
              `${part} of ${readQuietly(join('/proc', pid, 'cmdline'))
                .split('\0')
                .slice(0, 3)
                .join(' ')}`,
            );
          }
        }
      }
    }
  };
  const timer = setInterval(look, everyMs);
  return {
    stop() {
      clearInterval(timer);
      look();
      return [...found];
    },
  };
}

/** The files below `directory` that hold a secret, but for those that `allowed` names by the end of their path. */
export function scanFiles(directory: string, secrets: string[], allowed: string[]): string[] {
  const forms = secrets.flatMap(formsOf);
  const found: string[] = [];
  const visit = (path: string) => {
    const info = statQuietly(path);
    if (info === null) return;
    if (info.isDirectory()) {
      for (const name of readdirSync(path)) visit(join(path, name));
      return;
    }
    if (!info.isFile()) return;
    const text = readQuietly(path);
    if (!forms.some((form) => text.includes(form))) return;
    const isAllowed = allowed.some((ending) => path.endsWith(ending));
    if (!isAllowed) found.push(path);
    else if ((info.mode & 0o077) !== 0) found.push(`${path} (readable by others)`);
  };
  visit(directory);
  return found;
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // Gone meanwhile, or not ours to read.
    return '';
  }
}

function statQuietly(path: string) {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}
