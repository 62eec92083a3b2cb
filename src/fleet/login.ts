import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readText } from '../config/read.ts';
import type { Config } from '../config.ts';
import { ConfigError } from '../errors.ts';
import type { SshTarget } from './run-over-ssh.ts';

const SYSTEM_WIDE = '/etc/ssh/ssh_known_hosts';

/** How to prove who we are: the key of ssh.keyFile, or the agent of SSH_AUTH_SOCK. Throws ConfigError without either. */
export function sshLogin(
  ssh: Config['ssh'],
  env: NodeJS.ProcessEnv,
): Pick<SshTarget, 'privateKey' | 'agent'> {
  if (ssh.keyFile !== undefined) {
    const privateKey = readText(ssh.keyFile, 'make a key, or mend ssh.keyFile');
    if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(privateKey)) {
      throw new ConfigError(`${ssh.keyFile} (ssh.keyFile) is not a private key`);
    }
    return { privateKey };
  }
  if (env.SSH_AUTH_SOCK) return { agent: env.SSH_AUTH_SOCK };
  throw new ConfigError('there is no key for SSH: set ssh.keyFile, or run an SSH agent (SSH_AUTH_SOCK)');
}

/** The text of the known_hosts files: the one that is configured, or the user's and the system's. */
export function knownHostsText(ssh: Config['ssh']): string {
  if (ssh.knownHostsFile !== undefined) {
    return readText(ssh.knownHostsFile, 'write the host keys to it, or mend ssh.knownHostsFile');
  }
  return [join(homedir(), '.ssh', 'known_hosts'), SYSTEM_WIDE].map(ifThere).join('\n');
}

function ifThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(`${(error as NodeJS.ErrnoException).code}`)) return '';
    throw error;
  }
}
