import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { type Boot, bootHost, type HostEnd } from './boot.ts';
import type { CloudGround } from './cloud.ts';
import { type DiskFiles, writeFiles } from './layers.ts';
import { waitUntil } from './wait-until.ts';

export interface HostOptions {
  /** Names the host in its cloud; on the sandbox the instance id. */
  name: string;
  /** Disks of other hosts (`TestHost.disk`), the uppermost first, that this one's begins as. */
  image?: readonly string[];
  /** Written before the first boot. */
  files?: DiskFiles;
  /** /etc/machine-id; default: one of its own. */
  machineId?: string;
  /** Told when the host has gone down by itself, or was killed. After `reboot` it comes up again. */
  onEnd?(end: HostEnd): void;
}

export interface ExecOptions {
  /** A command that fails is no error. */
  mayFail?: boolean;
  input?: string;
  /** Whom it runs as; default root. */
  user?: string;
  /** Ends a command that takes longer, in ms. Default 60 s. */
  timeout?: number;
}

export interface ExecResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** A host with systemd as PID 1 in namespaces of its own. */
export interface TestHost {
  readonly name: string;
  readonly address: string;
  /** The layer that holds all that was written to its disk: an image for others once the host is down. */
  readonly disk: string;
  /** How often it was booted. */
  readonly boots: number;
  /** PID 1 as this process sees it; null while the host is down. */
  readonly pid: number | null;
  /** Resolves when systemd answers. */
  boot(): Promise<void>;
  /** Runs a command; a string is a shell's. Rejects when it fails, unless it may. */
  exec(command: string | readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** What a unit wrote, or all that was written, over all boots, also of a host that is down. */
  journal(unit?: string): Promise<string>;
  /** A property of a unit, as `systemctl show` has it. */
  unit(name: string, property: string): Promise<string>;
  /** Writes files, on the disk of a host that is down or on the file system of one that runs. */
  write(files: DiskFiles): void;
  /** A file of the disk, or null where it is not (in the layers that were written here). */
  read(path: string): string | null;
  /** A path of the host as this process reaches it: on its disk, or below /run as a boot had it (default: the last). */
  path(path: string, boot?: number): string;
  /** Resolves when a shell command succeeds, or a condition holds; rejects after `limit` ms. Default 60 s. */
  waitFor(what: string | (() => unknown), limit?: number): Promise<void>;
  /** The power button, or `systemctl reboot`; resolves when it is down, at once where it is so already. */
  shutDown(kind: 'poweroff' | 'reboot'): Promise<void>;
  /** Boots it where it is down and not rebooting; resolves when systemd answers. */
  started(): Promise<void>;
  /** Both of it. */
  reboot(): Promise<void>;
  /** The disk stays. */
  cutPower(): Promise<void>;
  /** Cuts the power and takes the host's disk away. */
  down(): Promise<void>;
}

/** A host on a cloud's ground, not booted yet. */
export function createHost(ground: CloudGround, address: string, options: HostOptions): TestHost {
  const { name } = options;
  const home = join(ground.dir, `host-${name}`);
  const disk = join(home, 'upper');
  const lower = [...(options.image ?? []), ground.baseLayer];
  const lowerHere = [...lower.map(ground.reach), '/'];
  for (const part of ['', 'upper', 'work', 'root'])
    mkdirSync(ground.reach(join(home, part)), { mode: 0o755 });
  const machineId = options.machineId ?? crypto.randomUUID().replaceAll('-', '');
  writeFiles(
    ground.reach(disk),
    { '/etc/machine-id': `${machineId}\n`, '/etc/hostname': `${name}\n` },
    lowerHere,
  );
  if (options.files) writeFiles(ground.reach(disk), options.files, lowerHere);

  let boots = 0;
  let now: Boot | null = null;
  let coming: Promise<void> | null = null;
  let cut = false;

  const boot = async () => {
    boots += 1;
    const started = await bootHost(ground, { home, lower, address, name: `${name}-${boots}` });
    now = started;
    started.ended.then((end) => {
      if (now !== started) return;
      now = null;
      coming = end === 'reboot' && !cut ? boot() : null;
      options.onEnd?.(end);
    });
    await waitUntil(`systemd on ${name}`, async () => {
      if (now !== started) throw new Error(`${name} went down while it was booting: ${started.output()}`);
      const { stdout } = await host.exec('systemctl is-system-running', { mayFail: true });
      return /^(starting|running|degraded)/.test(stdout);
    });
  };

  const running = (): Boot => {
    if (now === null) throw new Error(`${name} is down`);
    return now;
  };

  const host: TestHost = {
    name,
    address,
    disk,
    get boots() {
      return boots;
    },
    get pid() {
      return now?.pid ?? null;
    },
    boot,
    async exec(command, { mayFail = false, input, user, timeout = 60_000 } = {}) {
      const words = typeof command === 'string' ? ['bash', '-c', command] : command;
      const as =
        user === undefined ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
      const inside = ['-t', `${running().pid}`, '-m', '-u', '-i', '-n', '-p', '-C', '-r', '-w', '--'];
      const { exitCode, stdout, stderr, timedOut } = await execa('nsenter', [...inside, ...as, ...words], {
        reject: false,
        timeout,
        extendEnv: false,
        env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
        ...(input === undefined ? { stdin: 'ignore' } : { input }),
      });
      const code = exitCode ?? -1;
      if (!mayFail && code !== 0) {
        const why = timedOut ? `took longer than ${timeout} ms` : `ended with ${code}`;
        throw new Error(`on ${name}: ${words.join(' ')}: ${why}\n${stderr}\n${stdout}`);
      }
      return { code, stdout, stderr };
    },
    async journal(unit) {
      const where = ground.reach(join(disk, 'var/log/journal'));
      const args = [
        `--directory=${where}`,
        ...(unit === undefined ? [] : [`--unit=${unit}`]),
        '--output=short-iso-precise',
        '--no-pager',
        '--quiet',
      ];
      return (await execa('journalctl', args, { reject: false })).stdout;
    },
    async unit(unit, property) {
      const { stdout } = await host.exec(['systemctl', 'show', '--value', `--property=${property}`, unit]);
      return stdout.trim();
    },
    write(files) {
      if (now === null) writeFiles(ground.reach(disk), files, lowerHere);
      else writeFiles(`/proc/${now.pid}/root`, files, []);
    },
    read(path) {
      try {
        return readFileSync(host.path(path), 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
    path: (path, boot = boots) =>
      path.startsWith('/run/')
        ? ground.reach(join(home, `run-${boot}`, path.slice('/run'.length)))
        : ground.reach(join(disk, path)),
    waitFor(what, limit) {
      if (typeof what !== 'string') return waitUntil(`${what}`, what, limit);
      return waitUntil(
        `${what} (on ${name})`,
        async () => {
          return now !== null && (await host.exec(what, { mayFail: true })).code === 0;
        },
        limit,
      );
    },
    async shutDown(kind) {
      const going = now;
      if (going === null) return;
      if (kind === 'poweroff') going.pressPowerButton();
      else await host.exec('systemctl reboot', { mayFail: true });
      await going.ended;
    },
    async started() {
      if (now === null && coming === null) coming = boot();
      await coming;
    },
    async reboot() {
      await host.shutDown('reboot');
      await host.started();
    },
    async cutPower() {
      cut = true;
      await coming?.catch(() => {});
      const going = now;
      now = null;
      going?.cutPower();
      await going?.ended;
    },
    async down() {
      await host.cutPower();
      rmSync(ground.reach(home), { recursive: true, force: true });
    },
  };
  return host;
}
