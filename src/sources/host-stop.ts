import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { HaltKind } from '../lifecycle/events.ts';

const SYSTEMCTL_TIMEOUT = 5_000;

/** Targets whose queued start is the end of this boot; what reboots or starts another kernel comes back. */
const ENDS: Record<string, HaltKind> = {
  'poweroff.target': 'poweroff',
  'halt.target': 'poweroff',
  'reboot.target': 'reboot',
  'kexec.target': 'reboot',
};

/**
 * Whether the operating system goes down, from systemd's queue of jobs, and how; null: it does not, or there is no
 * systemd to ask. What is stopped with SIGTERM asks this to tell a shutdown from a stop of its own.
 */
export async function hostStopping(): Promise<HaltKind | null> {
  const { stdout } = await promisify(execFile)('systemctl', ['list-jobs', '--no-legend', '--no-pager'], {
    timeout: SYSTEMCTL_TIMEOUT,
  }).catch(() => ({ stdout: '' }));
  return haltOf(stdout);
}

/** The same from the text of `systemctl list-jobs`: job, unit, type, state. */
export function haltOf(jobs: string): HaltKind | null {
  for (const line of jobs.split('\n')) {
    const [, unit = '', type] = line.trim().split(/\s+/);
    const kind = type === 'start' ? ENDS[unit] : undefined;
    if (kind !== undefined) return kind;
  }
  return null;
}
