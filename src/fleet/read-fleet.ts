import type { Config } from '../config.ts';
import { knownKeys } from './known-hosts.ts';
import type { FleetInstance } from './list-fleet.ts';
import { knownHostsText, sshLogin } from './login.ts';
import { type RemoteJournal, readRemoteJournal } from './remote-journal.ts';

export interface FleetReader {
  /** The journal of one instance. */
  read(instance: FleetInstance): Promise<RemoteJournal>;
  /** Those of several, at most `ssh.concurrency` at a time; `done` is told of each as it comes. */
  readAll(
    instances: readonly FleetInstance[],
    done: (instance: FleetInstance, journal: RemoteJournal) => void,
  ): Promise<void>;
}

/** Reads journals over SSH, with the keys that the configuration names. Throws ConfigError where it names none. */
export function createFleetReader(
  { ssh, stateDir }: Pick<Config, 'ssh' | 'stateDir'>,
  { env, signal }: { env: NodeJS.ProcessEnv; signal: AbortSignal },
): FleetReader {
  const login = sshLogin(ssh, env);
  const knownHosts = knownHostsText(ssh);

  const read = async ({ id, address, machine }: FleetInstance): Promise<RemoteJournal> => {
    if (address === null) {
      const why =
        machine === null ? 'EC2 does not tell its address' : `it has no address: EC2 says ${machine}`;
      return { kind: 'unreadable', why };
    }
    // Addresses are given to other instances again and again: a key may be listed under the instance's id instead.
    const hostKeys = knownKeys(knownHosts, [address, id], ssh.port);
    return readRemoteJournal({ instanceId: id, address, ssh, stateDir, login, hostKeys, signal });
  };

  return {
    read,
    async readAll(instances, done) {
      const waiting = [...instances];
      const work = async () => {
        for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) done(one, await read(one));
      };
      await Promise.all(Array.from({ length: ssh.concurrency }, work));
    },
  };
}
