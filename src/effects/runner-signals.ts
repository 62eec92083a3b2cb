import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { findRunner, type RunnerSettings } from '../runner/process.ts';

const SYSTEMCTL_TIMEOUT = 10_000;

/**
 * The runner takes no new job from now on; its jobs go on. Under systemd the unit is stopped (a bare SIGQUIT would be
 * undone by Restart=always) and its KillSignal is SIGQUIT; without, the verified process gets SIGQUIT. May be repeated.
 * While the host goes down the unit's stop is queued already, behind us: then the signal alone does it.
 */
export async function stopIntake(settings: RunnerSettings, hostStopping = false): Promise<void> {
  const unit = settings.serviceManager === 'systemd';
  if (unit && !hostStopping) return systemctl('stop', '--no-block', settings.unit);
  const pid = await findRunner(settings);
  if (pid === null) return;
  if (unit) return systemctl('kill', '--kill-who=main', '--signal=SIGQUIT', settings.unit);
  send(pid, 'SIGQUIT');
}

/** SIGTERM: the runner aborts its jobs and reports them. SIGKILL: the runner and all that it started end at once. */
export async function forceStop(settings: RunnerSettings, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (settings.serviceManager === 'systemd') {
    const whom = signal === 'SIGKILL' ? 'all' : 'main';
    return systemctl('kill', `--kill-who=${whom}`, `--signal=${signal}`, settings.unit);
  }
  const pid = await findRunner(settings);
  if (pid === null) return;
  const family = signal === 'SIGKILL' ? await descendants(pid) : [];
  for (const member of [pid, ...family]) send(member, signal);
}

async function systemctl(...args: string[]): Promise<void> {
  await promisify(execFile)('systemctl', args, { timeout: SYSTEMCTL_TIMEOUT });
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Every process below `root`: a runner's jobs have sessions of their own, so no process group holds them all. */
async function descendants(root: number): Promise<number[]> {
  const children = new Map<number, number[]>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => null);
    if (stat === null) continue;
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const below = (pid: number): number[] =>
    (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(root);
}
