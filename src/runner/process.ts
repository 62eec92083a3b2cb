import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Config } from '../config.ts';
import { unitMainPid } from './unit.ts';

export type RunnerSettings = Config['runner'];

/** The default of `gitlab-runner run --config` for root. */
const DEFAULT_CONFIG_FILE = '/etc/gitlab-runner/config.toml';

/**
 * The pid of the running `gitlab-runner run` of this host, or null when there is none. Without systemd, the pid in
 * the pid file counts only while its command line is a runner with our configuration file: pids are used again.
 * Throws when it cannot be told.
 */
export function findRunner(settings: RunnerSettings): Promise<number | null> {
  return settings.serviceManager === 'systemd' ? unitMainPid(settings.unit) : pidOfFile(settings);
}

async function pidOfFile(settings: RunnerSettings): Promise<number | null> {
  const text = await readIfThere(settings.pidFile);
  const pid = Number(text?.trim());
  if (!Number.isInteger(pid) || pid <= 1) return null;
  return (await isOurRunner(pid, settings)) ? pid : null;
}

/** Whether `pid` is alive and runs `gitlab-runner run` with the configuration file of `settings`. */
export async function isOurRunner(pid: number, settings: RunnerSettings): Promise<boolean> {
  const [cmdline, stat] = await Promise.all([
    readIfThere(`/proc/${pid}/cmdline`),
    readIfThere(`/proc/${pid}/stat`),
  ]);
  if (!cmdline || !stat || isDead(stat)) return false;
  const args = cmdline.split('\0').filter((arg) => arg !== '');
  return isRunCommand(args, settings) && configFileOf(args) === settings.configFile;
}

/** The state letter follows the command name, which may itself hold spaces and parentheses. */
function isDead(stat: string): boolean {
  return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

/** The executable is among the first arguments: alone, or after its interpreter. */
function isRunCommand(args: string[], settings: RunnerSettings): boolean {
  const run = args.indexOf('run');
  const name = basename(settings.binary);
  return (
    run > 0 &&
    args.slice(0, run).some((arg) => [name, 'gitlab-runner', 'gitlab-runner.js'].includes(basename(arg)))
  );
}

function configFileOf(args: string[]): string {
  for (const [index, arg] of args.entries()) {
    const joined = /^--?(?:config|c)=(.*)$/.exec(arg);
    if (joined?.[1] !== undefined) return joined[1];
    if (/^--?(?:config|c)$/.test(arg)) return args[index + 1] ?? '';
  }
  return DEFAULT_CONFIG_FILE;
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'ENOTDIR') return null;
    throw error;
  }
}
