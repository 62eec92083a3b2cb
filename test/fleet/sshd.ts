import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, vi } from 'vitest';

const SSHD = '/usr/sbin/sshd';

/** Why the tests against a real sshd cannot run here; null: they can, or CI must show that they cannot. */
export const whyNoSshd: string | null = process.env.CI
  ? null
  : !existsSync(SSHD)
    ? 'skipped: there is no sshd; apt-get install openssh-server'
    : process.getuid?.() === 0
      ? null
      : 'skipped: sshd lets others in only as root; run the tests as root';

/** The same, for tests that only make keys. */
export const whyNoSshKeygen: string | null =
  process.env.CI || existsSync('/usr/bin/ssh-keygen')
    ? null
    : 'skipped: there is no ssh-keygen; apt-get install openssh-client';

export interface Sshd {
  /** Its line for a known_hosts file. */
  knownHost: string;
  /** What clients asked to run. */
  asked(): string[];
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** Keys, configuration and logs lie in it. */
  dir: string;
  /** Such as 127.0.0.2. */
  address: string;
  port: number;
  /** The public key that it lets in; null: nobody's. */
  authorizedKey: string | null;
  /** What runs in place of what the client asks for; default: just that. `$ASKED` holds it. */
  instead?: string;
}

export function makeKey(path: string): { privateKey: string; publicKey: string } {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path]);
  return { privateKey: path, publicKey: readFileSync(`${path}.pub`, 'utf8').trim() };
}

/** A real sshd on one loopback address, with a host key and a configuration of its own. */
export async function startSshd(options: SshdOptions): Promise<Sshd> {
  const { dir, address, port, authorizedKey, instead = 'eval "$ASKED"' } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  // Where it drops its privileges; a Debian package makes it only with the service.
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const { publicKey } = makeKey(join(dir, 'host-key'));
  const log = join(dir, 'asked');
  writeFileSync(log, '');
  writeFileSync(join(dir, 'authorized-keys'), `${authorizedKey ?? ''}\n`, { mode: 0o600 });
  writeFileSync(
    join(dir, 'command'),
    `#!/bin/sh\nASKED="$SSH_ORIGINAL_COMMAND"\nprintf '%s\\n' "$ASKED" >> ${log}\n${instead}\n`,
    { mode: 0o755 },
  );
  const config = `
    ListenAddress ${address}:${port}
    HostKey ${join(dir, 'host-key')}
    AuthorizedKeysFile ${join(dir, 'authorized-keys')}
    ForceCommand ${join(dir, 'command')}
    PidFile none
    UsePAM no
    StrictModes no
    PasswordAuthentication no
    KbdInteractiveAuthentication no
    PermitRootLogin prohibit-password
  `;
  writeFileSync(join(dir, 'config'), config);
  const child = spawn(SSHD, ['-D', '-e', '-f', join(dir, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await vi.waitFor(async () => expect(await answers(address, port), said).toBe(true), { timeout: 20_000 });
  return {
    knownHost: `[${address}]:${port} ${publicKey}`,
    asked: () => readFileSync(log, 'utf8').split('\n').filter(Boolean),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

const answers = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
