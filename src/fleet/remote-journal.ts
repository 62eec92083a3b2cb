import type { Config } from '../config.ts';
import { decodeJournal, type JournalEntry } from '../engine/journal-format.ts';
import { whyNotReadable } from '../engine/journal-schema.ts';
import { printable } from '../terminal/printable.ts';
import type { HostKey } from './known-hosts.ts';
import { type RemoteOutput, runOver, type SshTarget } from './run-over-ssh.ts';

/** What another instance's journal holds, or why it could not be read: never an exception for what the host does. */
export type RemoteJournal =
  | { kind: 'read'; entries: JournalEntry[]; damaged: number }
  | { kind: 'unreadable'; why: string };

/** A journal is compacted at 1 MB; more than this is none. */
const MOST_BYTES = 4 * 1024 * 1024;

export interface RemoteJournalOptions {
  instanceId: string;
  address: string;
  ssh: Config['ssh'];
  /** The state directory on the other host; the fleet shares one configuration. */
  stateDir: string;
  login: Pick<SshTarget, 'privateKey' | 'agent'>;
  hostKeys: readonly HostKey[];
  signal: AbortSignal;
}

/**
 * Reads the journal of another instance over SSH. All that runs there is `head -c` on one file, by `sudo -n` unless
 * the user is root. What comes back is untrusted: bounded in size and time, and checked before it is used.
 */
export async function readRemoteJournal(options: RemoteJournalOptions): Promise<RemoteJournal> {
  const { ssh, stateDir, address, hostKeys, login, signal, instanceId } = options;
  const { user, port, timeout } = ssh;
  const path = `${stateDir}/journal`;
  const command = `${user === 'root' ? '' : 'sudo -n '}head -c ${MOST_BYTES + 1} -- ${quoted(path)}`;
  let output: RemoteOutput;
  try {
    const target = { host: address, port, user, timeout, hostKeys, ...login };
    output = await runOver(target, command, { mostBytes: MOST_BYTES, signal });
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'unreadable', why: printable((error as Error).message) };
  }
  if (output.exitCode !== 0) return { kind: 'unreadable', why: whyRefused(output, { user, path }) };
  return judge(output.stdout, instanceId);
}

function judge(bytes: Buffer, instanceId: string): RemoteJournal {
  const { entries, damaged } = decodeJournal(bytes);
  const last = entries.at(-1);
  const problem = whyNotReadable(entries);
  if (problem !== null)
    return { kind: 'unreadable', why: `its journal cannot be used: ${printable(problem)}` };
  if (last === undefined) {
    const why =
      damaged > 0 ? 'what it has as journal is none' : 'its journal is empty: no agent has run there';
    return { kind: 'unreadable', why };
  }
  const owner = last.record.instanceId;
  if (owner !== instanceId) {
    const why = `its journal is that of ${printable(owner, 40)}: the address or the image is another’s`;
    return { kind: 'unreadable', why };
  }
  return { kind: 'read', entries, damaged };
}

function whyRefused(output: RemoteOutput, { user, path }: { user: string; path: string }): string {
  const { exitCode, stderr } = output;
  if (/no such file/i.test(stderr)) return `there is no ${path}: no agent has run there`;
  if (/^sudo:/m.test(stderr)) {
    return `sudo does not let ${user} read it without a password: allow "head -c ${MOST_BYTES + 1} -- ${path}" in sudoers`;
  }
  return `reading ${path} ended with ${exitCode ?? 'a signal'}: ${printable(stderr, 200) || 'no message'}`;
}

/** One word for the other host's shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
