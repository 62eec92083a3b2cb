import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const COMMANDS = ['unshare', 'nsenter', 'setpriv', 'ip', 'mount', 'mknod', 'journalctl'];

/** Why no test host can be booted here, with the mend; null: it can. */
export function whyNoHosts(): string | null {
  if (process.platform !== 'linux') return 'they need Linux';
  if (process.getuid?.() !== 0) return 'they need root: run the tests as root';
  if (!existsSync('/lib/systemd/systemd')) return 'systemd is not installed: run scripts/ci-setup.sh';
  const missing = COMMANDS.filter((name) => spawnSync(name, ['--version']).error !== undefined);
  if (missing.length > 0) return `${missing.join(', ')} not found: run scripts/ci-setup.sh`;
  const tried = spawnSync('unshare', [
    '-m',
    '-n',
    '-p',
    '-u',
    '-i',
    '-C',
    '-f',
    'mount',
    '-t',
    'tmpfs',
    't',
    '/mnt',
  ]);
  return tried.status === 0 ? null : `namespaces are not allowed here: ${`${tried.stderr}`.trim()}`;
}

let said = false;

/** Whether tests on systemd hosts are left out: where they cannot run and this is not CI. Says so once, in one line. */
export function skipHosts(): boolean {
  const reason = whyNoHosts();
  if (reason === null) return false;
  if (process.env.CI) return false;
  if (!said) console.warn(`tests on systemd hosts are left out: ${reason}`);
  said = true;
  return true;
}
