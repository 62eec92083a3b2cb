import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file for a host's disk. A string is its text; `mode` defaults to 0644; `copy` takes a file or directory of ours. */
export type DiskFile = string | { text: string; mode?: number } | { link: string } | { copy: string };
export type DiskFiles = Record<string, DiskFile>;

/** Writes files into a layer; directories that are new there get the mode that they have in the layers below. */
export function writeFiles(layer: string, files: DiskFiles, below: readonly string[] = ['/']): void {
  for (const [path, file] of Object.entries(files)) {
    makeDirectories(layer, dirname(path), below);
    const target = join(layer, path);
    if (typeof file === 'object' && 'link' in file) symlinkSync(file.link, target);
    else if (typeof file === 'object' && 'copy' in file)
      cpSync(file.copy, target, { recursive: true, filter: (path) => !path.endsWith('.map') });
    else if (typeof file === 'string') writeFileSync(target, file, { mode: 0o644 });
    else writeFileSync(target, file.text, { mode: file.mode ?? 0o644 });
  }
}

function makeDirectories(layer: string, path: string, below: readonly string[]): void {
  const here = join(layer, path);
  if (statSync(here, { throwIfNoEntry: false })?.isDirectory()) return;
  if (path !== '/') makeDirectories(layer, dirname(path), below);
  const known = below.map((one) => statSync(join(one, path), { throwIfNoEntry: false })).find(Boolean);
  mkdirSync(here, { mode: (known?.mode ?? 0o755) & 0o7777 });
}

/** Units that a machine needs and a test host has no use for, or cannot run. */
const MASKED = [
  ...['udevd', 'timesyncd', 'networkd', 'logind', 'firstboot', 'sysctl', 'modules-load', 'update-utmp'].map(
    (name) => `systemd-${name}.service`,
  ),
  ...[
    'systemd-tmpfiles-setup-dev.service',
    'systemd-random-seed.service',
    'systemd-machine-id-commit.service',
  ],
  ...['systemd-sysusers.service', 'systemd-remount-fs.service', 'systemd-ask-password-wall.path'],
  ...['kmod-static-nodes.service', 'modprobe@.service', 'systemd-journald-audit.socket', 'getty.target'],
  ...['sys-kernel-debug.mount', 'sys-kernel-tracing.mount', 'sys-kernel-config.mount', 'remote-fs.target'],
  ...['sys-fs-fuse-connections.mount', 'dev-hugepages.mount', 'dev-mqueue.mount'],
];

/**
 * The lowest layer above the machine's own root: a bare host with systemd and the user that jobs run as, on which
 * nothing of the machine's own services starts. Journals are kept on the disk, so that they tell of earlier boots too.
 */
export function writeBaseLayer(layer: string): void {
  const units = '/etc/systemd/system';
  const masks = Object.fromEntries(MASKED.map((name) => [`${units}/${name}`, { link: '/dev/null' }]));
  writeFiles(layer, {
    ...masks,
    '/etc/fstab': '',
    '/etc/systemd/journald.conf.d/test.conf':
      '[Journal]\nStorage=persistent\nAudit=no\nRateLimitIntervalSec=0\nSyncIntervalSec=0\n',
    '/etc/systemd/system.conf.d/test.conf': '[Manager]\nDefaultTimeoutStartSec=60s\n',
    '/etc/passwd': withUser(readFileSync('/etc/passwd', 'utf8'), [
      'x',
      '990',
      '990',
      '',
      JOB_HOME,
      '/bin/bash',
    ]),
    '/etc/group': withUser(readFileSync('/etc/group', 'utf8'), ['x', '990', '']),
  });
  hideEntries(layer, units, new Set(MASKED));
  for (const name of readdirSync('/etc').filter((one) => /^(init|rc\w)\.d$/.test(one)))
    hide(layer, `/etc/${name}`);
  mkdirSync(join(layer, 'var/log/journal'), { recursive: true });
  mkdirSync(join(layer, JOB_HOME), { recursive: true });
  execFileSync('chown', ['990:990', join(layer, JOB_HOME)]);
}

const JOB_HOME = '/home/gitlab-runner';

function withUser(table: string, fields: string[]): string {
  const others = table.split('\n').filter((line) => line !== '' && !line.startsWith('gitlab-runner:'));
  return `${[...others, ['gitlab-runner', ...fields].join(':')].join('\n')}\n`;
}

/** Hides what the machine has in a directory: on an overlay a character device 0:0 says that there is no such file. */
function hideEntries(layer: string, directory: string, except: ReadonlySet<string>): void {
  for (const name of readdirSync(directory)) {
    if (!except.has(name)) hide(layer, join(directory, name));
  }
}

/** Hides a file or directory of the layers below. */
export function hide(layer: string, path: string): void {
  makeDirectories(layer, dirname(path), ['/']);
  execFileSync('mknod', [join(layer, path), 'c', '0', '0']);
}
