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

/** Between looks (ms): playbook modules live for a tenth of a second. */
const EVERY = 50;
/** A process that has been seen so often has long become what it will be: it is read no more until the end. */
const SETTLED = 40;

interface Watched {
  forms: string[];
  found: Set<string>;
}

/** One timer looks for every scenario that this process plays: each look reads what is new on the host. */
const watched = new Set<Watched>();
const timesSeen = new Map<string, number>();
let timer: NodeJS.Timeout | undefined;

/** Looks at the arguments and the environment of every process on the host, again and again, until stopped. */
export function watchProcesses(secrets: string[]): SecretsWatch {
  const one: Watched = { forms: secrets.flatMap(formsOf), found: new Set() };
  watched.add(one);
  // Those that are known have not been searched for these secrets.
  timesSeen.clear();
  timer ??= setInterval(() => look(watched), EVERY);
  return {
    stop() {
      if (watched.delete(one)) {
        timesSeen.clear();
        look([one]);
      }
      if (watched.size === 0) {
        clearInterval(timer);
        timer = undefined;
      }
      return [...one.found];
    },
  };
}

function look(all: Iterable<Watched>): void {
  const present = new Set(readdirSync('/proc').filter((name) => /^\d+$/.test(name)));
  for (const pid of timesSeen.keys()) if (!present.has(pid)) timesSeen.delete(pid);
  for (const pid of present) {
    const times = timesSeen.get(pid) ?? 0;
    if (times > SETTLED || Number(pid) === process.pid) continue;
    timesSeen.set(pid, times + 1);
    for (const part of ['cmdline', 'environ']) {
      const text = readQuietly(join('/proc', pid, part));
      for (const { forms, found } of all) {
        if (!forms.some((form) => text.includes(form))) continue;
        const command = readQuietly(join('/proc', pid, 'cmdline'))
          .split('\0')
          .slice(0, 3)
          .join(' ');
        found.add(`${part} of ${command}`);
      }
    }
  }
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
