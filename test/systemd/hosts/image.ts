import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { packageRoot } from '../../../src/config.ts';
import { renderUnits } from '../render-units.ts';
import type { DiskFiles } from './layers.ts';
import { runnerFiles } from './runner-files.ts';

export type Mode = 'services' | 'agent';

export interface ImageOptions {
  mode: Mode;
  /** The sections of config.yml, the whole file. */
  config: Record<string, unknown>;
  /** Credentials by name. */
  credentials: Record<string, string>;
}

/** Drover as install.yml leaves it: where it lies, its command, configuration, credentials and units, all enabled. */
export function droverImage({ mode, config, credentials }: ImageOptions): DiskFiles {
  const files: DiskFiles = {
    ...runnerFiles(),
    ...unitFiles(mode, Object.keys(credentials)),
    '/opt/drover/ansible': { link: dirname(dirname(ansiblePlaybook())) },
    '/opt/drover/current': { link: 'releases/test' },
    '/usr/local/bin/drover': {
      text: command(),
      mode: 0o755,
    },
    '/etc/drover/config.yml': { text: stringify(config), mode: 0o600 },
  };
  for (const part of ['bin', 'dist', 'playbooks', 'roles', 'inventory', 'package.json']) {
    files[`/opt/drover/releases/test/${part}`] = { copy: join(packageRoot(), part) };
  }
  for (const [name, secret] of Object.entries(credentials)) {
    files[`/etc/drover/credentials/${name}`] = { text: `${secret}\n`, mode: 0o600 };
  }
  return files;
}

/** The units as role drover writes them (rendered once a process and mode), and what its handlers enable. */
function unitFiles(mode: Mode, credentials: string[]): DiskFiles {
  // All at the first call: rendering holds up a sandbox that runs in this process already.
  const key = (one: Mode) => `${one} ${credentials}`;
  if (!units.has(key(mode))) {
    for (const one of ['services', 'agent'] as const) units.set(key(one), render(one, credentials));
  }
  const rendered = units.get(key(mode));
  const enabled = mode === 'services' ? ['init-runner', 'lifecycle-check'] : ['drover'];
  const wants = enabled.map((name) => [
    `${UNITS}/multi-user.target.wants/${name}.service`,
    { link: `${UNITS}/${name}.service` },
  ]);
  const services = Object.keys(rendered ?? {}).filter((path) => path.endsWith('.service'));
  const bootIds = services.map((path) => [`${path}.d/test-boot-id.conf`, BOOT_ID]);
  return { ...rendered, ...Object.fromEntries(wants), ...Object.fromEntries(bootIds) };
}

const UNITS = '/etc/systemd/system';
/** ProtectProc= gives a unit a /proc of its own, in which the boot id would be this machine's, and never change. */
const BOOT_ID = '[Service]\nBindReadOnlyPaths=/run/boot_id:/proc/sys/kernel/random/boot_id\n';
const units = new Map<string, DiskFiles>();

function render(mode: Mode, credentials: string[]): DiskFiles {
  const directory = mkdtempSync(join(tmpdir(), 'drover-units-'));
  try {
    renderUnits(directory, {
      drover_mode: mode,
      drover_credentials: credentials,
      ...(needsHome() && { drover_protect_home: 'read-only' }),
    });
    const names = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    return Object.fromEntries(
      names.map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [join(UNITS, path.slice(directory.length)), readFileSync(path, 'utf8')];
      }),
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Whether the tests' Ansible, or the Python that runs it, lies below a home directory. */
function needsHome(): boolean {
  const beside = join(dirname(ansiblePlaybook()), 'python3');
  const paths = [ansiblePlaybook(), ...(existsSync(beside) ? [beside] : [])];
  return paths.some((path) => /^\/(home|root)\//.test(realpathSync(path)));
}

/** The ansible-playbook that tests use: the first on PATH. */
function ansiblePlaybook(): string {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(directory, 'ansible-playbook');
    try {
      return join(realpathSync(directory), realpathSync(path) && 'ansible-playbook');
    } catch {
      // Not in this one.
    }
  }
  throw new Error('ansible-playbook is not on PATH: run the tests through npm test, which installs it');
}

/** The role's own command, with the Node of these tests. */
function command(): string {
  const template = readFileSync(join(packageRoot(), 'roles/drover/templates/drover.sh.j2'), 'utf8');
  return template.replace(
    'PATH=/opt/drover/node/bin:{{ drover_path }}',
    `PATH=${dirname(process.execPath)}:$PATH`,
  );
}
