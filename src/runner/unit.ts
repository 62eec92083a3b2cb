import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const SYSTEMCTL_TIMEOUT = 5_000;

/** The main process of each unit as systemd last named it, with the start time that tells it from a later namesake. */
const known = new Map<string, { pid: number; started: string }>();

/**
 * The main process of a systemd unit, or null when it has none. systemd is asked only when the process that it last
 * named has gone: a `systemctl` every two seconds would cost more CPU than all else that an agent does at rest.
 */
export async function unitMainPid(unit: string): Promise<number | null> {
  const last = known.get(unit);
  if (last && startOf(last.pid) === last.started) return last.pid;
  known.delete(unit);
  const pid = await askSystemd(unit);
  const started = pid === null ? null : startOf(pid);
  if (pid !== null && started !== null) known.set(unit, { pid, started });
  return pid;
}

async function askSystemd(unit: string): Promise<number | null> {
  const { stdout } = await promisify(execFile)('systemctl', ['show', '--property=MainPID', '--value', unit], {
    timeout: SYSTEMCTL_TIMEOUT,
  });
  const text = stdout.trim();
  // No answer is not the answer 0, which says that there is no process.
  if (!/^\d+$/.test(text)) throw new Error(`systemctl show ${unit} gave ${text || 'nothing'} as MainPID`);
  const pid = Number(text);
  return pid > 0 ? pid : null;
}

/** When a process started, in ticks since the boot; null when it has ended, also as a zombie. */
function startOf(pid: number): string | null {
  // The command name may itself hold spaces and parentheses: counted from its end, state is field 0.
  const stat = readStat(pid);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
}

/** Files of /proc are memory: read synchronously they cost a tenth of what the thread pool costs. */
function readStat(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return '';
  }
}
