import { NodeSSH } from 'node-ssh';
import type { HostKey } from './known-hosts.ts';

export interface SshTarget {
  host: string;
  port: number;
  user: string;
  /** For all of it, in ms. */
  timeout: number;
  /** What the host may show; none: it is refused. */
  hostKeys: readonly HostKey[];
  privateKey?: string;
  /** The socket of an SSH agent. */
  agent?: string;
}

export interface RemoteOutput {
  stdout: Buffer;
  /** Its beginning, as text. */
  stderr: string;
  /** Null: a signal ended the command. */
  exitCode: number | null;
}

const MOST_STDERR = 4_000;

/**
 * Runs one command on another host, without input and without a terminal. Only a host key that is known is accepted,
 * and only a key of ours is offered, never a password. Throws an error that says what failed, and what to do.
 */
export async function runOver(
  target: SshTarget,
  command: string,
  { mostBytes, signal }: { mostBytes: number; signal: AbortSignal },
): Promise<RemoteOutput> {
  const ssh = new NodeSSH();
  const where = `${target.host}:${target.port}`;
  const limit = AbortSignal.timeout(target.timeout);
  const ending = AbortSignal.any([signal, limit]);
  let end = (_: Error) => {};
  const ended = new Promise<never>((_, reject) => {
    end = (error) => {
      ssh.dispose();
      reject(error);
    };
    ending.addEventListener('abort', () =>
      end(signal.aborted ? signal.reason : new Error(`${where} gave no answer within ${target.timeout} ms`)),
    );
  });
  try {
    return await Promise.race([ended, work()]);
  } finally {
    ended.catch(() => {});
    ssh.dispose();
  }

  async function work(): Promise<RemoteOutput> {
    await connect(ssh, target, where);
    // Between two calls of node-ssh nobody else listens, and an unheard error would end the process.
    ssh.connection?.on('error', end);
    const chunks: Buffer[] = [];
    let [size, stderr] = [0, ''];
    const { code } = await ssh.execCommand(command, {
      onStdout(chunk) {
        size += chunk.length;
        if (size > mostBytes)
          end(new Error(`${where} sends more than ${mostBytes} bytes: that is no journal`));
        else chunks.push(chunk);
      },
      onStderr(chunk) {
        if (stderr.length < MOST_STDERR) stderr += chunk.toString('utf8');
      },
    });
    return { stdout: Buffer.concat(chunks), stderr: stderr.slice(0, MOST_STDERR), exitCode: code };
  }
}

async function connect(ssh: NodeSSH, target: SshTarget, where: string): Promise<void> {
  const { hostKeys, host, port, user, privateKey, agent, timeout } = target;
  const usable = hostKeys.filter(({ revoked }) => !revoked);
  if (usable.length === 0) {
    throw new Error(
      `the host key of ${where} is not known: add it to ssh.knownHostsFile, once you have checked it`,
    );
  }
  let refused: string | null = null;
  try {
    await ssh.connect({
      host,
      port,
      username: user,
      readyTimeout: timeout,
      tryKeyboard: false,
      // A host has keys of several types: it is to show one that can be compared.
      algorithms: { serverHostKey: signatureTypes(usable) },
      hostVerifier: (shown: Buffer) => {
        refused = whyNotTrusted(shown, hostKeys, where);
        return refused === null;
      },
      ...(privateKey === undefined ? {} : { privateKey }),
      ...(agent === undefined ? {} : { agent }),
    });
  } catch (error) {
    throw new Error(refused ?? inWords(error as SshError, target, where), { cause: error });
  }
}

function whyNotTrusted(shown: Buffer, hostKeys: readonly HostKey[], where: string): string | null {
  const same = hostKeys.filter(({ key }) => key.equals(shown));
  if (same.some(({ revoked }) => revoked))
    return `${where} shows a host key that is revoked: do not trust it`;
  if (same.length > 0) return null;
  return `${where} shows another host key than is known for it: somebody may be in between, or the host is another one. Check it, then mend ssh.knownHostsFile`;
}

type SignatureType = NonNullable<
  NonNullable<Parameters<NodeSSH['connect']>[0]['algorithms']>['serverHostKey']
>;

/** An RSA key signs in newer ways than its type says. */
function signatureTypes(keys: readonly HostKey[]): SignatureType {
  const types = keys.flatMap(({ type }) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type]));
  return [...new Set(types)] as unknown as SignatureType;
}

interface SshError extends Error {
  level?: string;
  code?: string;
}

function inWords({ level, code, message }: SshError, { user }: SshTarget, where: string): string {
  if (level === 'client-authentication') {
    return `${where} lets ${user} in with none of our keys: check ssh.user and ssh.keyFile, or what the SSH agent holds`;
  }
  if (/host key format/.test(message)) {
    return `${where} has no host key of the type that is known for it: check it, then mend ssh.knownHostsFile`;
  }
  if (code === 'ECONNREFUSED') return `${where} refuses connections: is sshd running there?`;
  if (level === 'client-timeout') return `${where} gave no answer in time`;
  return `${where} cannot be reached: ${message}`;
}
