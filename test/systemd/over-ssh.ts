import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { packageRoot } from '../../src/config.ts';
import { HOST_PYTHON } from './archives.ts';
import type { Cloud } from './hosts/cloud.ts';
import type { TestHost } from './hosts/host.ts';
import type { DiskFiles } from './hosts/layers.ts';

/** Keys of a controller and of the hosts that it may reach, and what hosts need to be reached. */
export interface SshKeys {
  directory: string;
  /** For a host's disk. */
  files: DiskFiles;
}

export function makeSshKeys(directory: string): SshKeys {
  mkdirSync(directory, { mode: 0o700 });
  for (const name of ['controller', 'host']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(directory, name)]);
  }
  const key = (name: string) => readFileSync(join(directory, name), 'utf8');
  const sshd = [
    'HostKey /etc/ssh/test_host_key',
    'AuthorizedKeysFile /etc/ssh/test_authorized_keys',
    'PermitRootLogin prohibit-password',
    'UsePAM no',
    'Subsystem sftp internal-sftp',
  ];
  return {
    directory,
    files: {
      '/etc/ssh/test_host_key': { text: key('host'), mode: 0o600 },
      '/etc/ssh/test_authorized_keys': { text: key('controller.pub'), mode: 0o600 },
      '/etc/ssh/test_sshd_config': `${sshd.join('\n')}\n`,
    },
  };
}

/** Starts sshd on a host that has the keys' files. */
export async function startSshd(host: TestHost): Promise<void> {
  await host.exec(
    'mkdir -p /run/sshd && systemd-run --quiet --unit=test-sshd /usr/sbin/sshd -D -f /etc/ssh/test_sshd_config',
  );
  await host.waitFor('ss -tln | grep -q :22');
}

export interface PlayEnd {
  exitCode: number;
  /** What Ansible printed. */
  output: string;
  /** The figures of the recap. */
  changed: number;
}

/** Plays install.yml on a host over SSH, from inside the hosts' network. */
export async function playInstall(
  cloud: Cloud,
  host: TestHost,
  keys: SshKeys,
  variables: Record<string, unknown>,
  ...options: string[]
): Promise<PlayEnd> {
  const { directory } = keys;
  const known = join(directory, 'known_hosts');
  writeFileSync(known, `${host.address} ${readFileSync(join(directory, 'host.pub'), 'utf8')}`);
  const inventory = join(directory, 'inventory.json');
  const connection = {
    ansible_host: host.address,
    ansible_user: 'root',
    ansible_connection: 'ssh',
    ansible_python_interpreter: HOST_PYTHON,
    ansible_ssh_private_key_file: join(directory, 'controller'),
    ansible_ssh_common_args: `-o UserKnownHostsFile=${known} -o StrictHostKeyChecking=yes`,
    ansible_ssh_args: `-o ControlMaster=auto -o ControlPersist=5s -o ControlPath=${join(directory, '%C')}`,
  };
  writeFileSync(inventory, JSON.stringify({ all: { hosts: { [host.name]: connection } } }));
  const extra = join(directory, 'variables.json');
  writeFileSync(extra, JSON.stringify(variables), { mode: 0o600 });
  const root = packageRoot();
  const play = [join(root, 'playbooks', 'install.yml'), '-i', inventory, '-e', `@${extra}`, ...options];
  const { exitCode, all } = await execa(
    'nsenter',
    ['-t', `${cloud.holder}`, '-n', 'ansible-playbook', ...play],
    {
      env: { ANSIBLE_CONFIG: join(root, 'playbooks', 'ansible.cfg'), ANSIBLE_NOCOLOR: '1' },
      reject: false,
      all: true,
      timeout: 240_000,
    },
  );
  return { exitCode: exitCode ?? -1, output: all, changed: Number(/changed=(\d+)/.exec(all)?.[1] ?? -1) };
}
