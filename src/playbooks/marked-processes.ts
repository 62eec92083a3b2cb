import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 20;

/** The environment variable that every process of a run inherits. */
export const MARKER = 'DROVER_RUN';

/** Processes whose environment holds DROVER_RUN=<one of the values>; zombies have none any more. */
export function markedProcesses(isMarked: (run: string) => boolean): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => {
      const marker = readEnvironment(pid).find((entry) => entry.startsWith(`${MARKER}=`));
      return marker !== undefined && isMarked(marker.slice(MARKER.length + 1));
    });
}

/** SIGTERM, `graceMs` to end, then SIGKILL until no marked process is left. */
export async function endMarkedProcesses(isMarked: (run: string) => boolean, graceMs: number): Promise<void> {
  const deadline = performance.now() + graceMs;
  signalAll(markedProcesses(isMarked), 'SIGTERM');
  while (markedProcesses(isMarked).length > 0) {
    if (performance.now() >= deadline) signalAll(markedProcesses(isMarked), 'SIGKILL');
    await delay(LOOK_EVERY_MS);
  }
}

function signalAll(pids: number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended since.
    }
  }
}

function readEnvironment(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
