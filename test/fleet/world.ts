import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { stringify } from 'yaml';
import { encodeEntry, type JournalEntry } from '../../src/engine/journal-format.ts';
import { bareHost } from '../../src/sandbox/host.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { livedJournal } from '../support/lived-journal.ts';
import { makeKey, type Sshd, startSshd } from './sshd.ts';

/** What an instance's host does with SSH. */
export type Behaviour =
  /** It answers, with a journal of its own. */
  | 'well'
  /** As `well`, but known_hosts lists its key under the instance's id. */
  | 'byId'
  /** As `well`, but known_hosts has another key for it. */
  | 'changedKey'
  | 'unknownKey'
  /** It lets nobody in. */
  | 'noEntry'
  /** It accepts the connection and says nothing. */
  | 'silent'
  /** It lets us in and never answers the command. */
  | 'hangs'
  /** Nobody listens. */
  | 'refuses'
  | 'garbage'
  | 'endless'
  | 'noJournal'
  | 'needsPassword'
  | 'foreignJournal';

export interface FleetWorld {
  sandbox: Sandbox;
  dir: string;
  /** The configuration's path. */
  config: string;
  env: Record<string, string>;
  /** The instance that behaves so. */
  idOf(behaviour: Behaviour): string;
  addressOf(behaviour: Behaviour): string;
  sshdOf(behaviour: Behaviour): Sshd | undefined;
  close(): Promise<void>;
}

/** In place of what is asked: the same, on the instance's own state directory. */
const ownState = (state: string): string => `eval "$(printf '%s' "$ASKED" | sed 's#/srv/drover#${state}#')"`;

const instead: Partial<Record<Behaviour, string>> = {
  hangs: 'exec tail -f /dev/null --pid=$PPID',
  endless: 'exec cat /dev/urandom',
  needsPassword: 'echo "sudo: a password is required" >&2; exit 1',
};

/** A sandbox group with an instance a behaviour, each on a loopback address of its own, with a real sshd. */
export async function fleetWorld(behaviours: readonly Behaviour[], ssh: object = {}): Promise<FleetWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-fleet-'));
  const group = { name: 'runners', minSize: 0, maxSize: 20, desiredCapacity: behaviours.length };
  const sandbox = await startSandbox({ dir: join(dir, 'sandbox'), host: bareHost, group });
  await vi.waitFor(() => expect(sandbox.instances.size).toBe(behaviours.length), { timeout: 20_000 });
  const ids = [...sandbox.instances.keys()].sort();
  const addressOf = (behaviour: Behaviour) => `127.0.0.${behaviours.indexOf(behaviour) + 2}`;
  const idOf = (behaviour: Behaviour) => ids[behaviours.indexOf(behaviour)] ?? '';
  const port = await freePort();
  const key = makeKey(join(dir, 'key'));
  const knownHosts: string[] = [];
  const sshds = new Map<Behaviour, Sshd>();
  const silent: Server[] = [];
  const lived = await livedJournal([{ does: 'wait', seconds: 60 }]);
  for (const behaviour of behaviours) {
    const [id, address] = [idOf(behaviour), addressOf(behaviour)];
    const member = sandbox.autoscaling.instances.get(id);
    if (member !== undefined) member.address = address;
    const own = join(dir, id);
    if (behaviour === 'refuses') knownHosts.push(`[${address}]:${port} ${key.publicKey}`);
    if (behaviour === 'silent') {
      silent.push(await startSilent(address, port));
      knownHosts.push(`[${address}]:${port} ${key.publicKey}`);
    }
    if (behaviour === 'refuses' || behaviour === 'silent') continue;
    const state = join(own, 'state');
    mkdirSync(state, { recursive: true });
    if (behaviour !== 'noJournal') writeFileSync(join(state, 'journal'), journalFor(behaviour, id, lived));
    const sshd = await startSshd({
      dir: join(own, 'sshd'),
      address,
      port,
      authorizedKey: behaviour === 'noEntry' ? null : key.publicKey,
      instead: instead[behaviour] ?? ownState(state),
    });
    sshds.set(behaviour, sshd);
    if (behaviour === 'changedKey') knownHosts.push(`[${address}]:${port} ${key.publicKey}`);
    else if (behaviour === 'byId') knownHosts.push(sshd.knownHost.replace(address, id));
    else if (behaviour !== 'unknownKey') knownHosts.push(sshd.knownHost);
  }
  const knownHostsFile = join(dir, 'known_hosts');
  writeFileSync(knownHostsFile, `# test\n${knownHosts.join('\n')}\n`);
  const config = join(dir, 'config.yml');
  const content = {
    stateDir: '/srv/drover',
    gitlab: { url: sandbox.gitlabUrl },
    runners: [{ tokenEnv: 'TOKEN' }],
    // Port 9 of loopback refuses at once: there is no instance metadata outside EC2.
    metadata: { endpoint: 'http://127.0.0.1:9' },
    autoscaling: { endpoint: sandbox.awsUrl, region: 'us-east-1' },
    ec2: { endpoint: sandbox.awsUrl },
    ssh: { user: 'root', keyFile: key.privateKey, knownHostsFile, port, timeout: '10s', ...ssh },
  };
  writeFileSync(config, stringify(content));
  return {
    sandbox,
    dir,
    config,
    env: { AWS_ACCESS_KEY_ID: 'sandbox', AWS_SECRET_ACCESS_KEY: 'sandbox' },
    idOf,
    addressOf,
    sshdOf: (behaviour) => sshds.get(behaviour),
    async close() {
      await Promise.all([...sshds.values()].map((sshd) => sshd.stop()));
      for (const server of silent) server.close();
      await sandbox.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function journalFor(behaviour: Behaviour, instanceId: string, lived: readonly JournalEntry[]): Buffer {
  if (behaviour === 'garbage') return Buffer.from('\u001b[2J not a journal\n'.repeat(50));
  const owner = behaviour === 'foreignJournal' ? 'i-00000000000000bad' : instanceId;
  const idle = lived.findIndex(({ to }) => to === 'inService.idle');
  const entries = lived.slice(0, idle + 1).map((entry) => ({
    ...entry,
    record: { ...entry.record, instanceId: owner },
  }));
  return Buffer.concat([...entries.map(encodeEntry), Buffer.alloc(10_000)]);
}

function startSilent(address: string, port: number): Promise<Server> {
  const server = createServer((socket) => void socket.on('error', () => {})).unref();
  return new Promise((resolve) => server.listen(port, address, () => resolve(server)));
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    }),
  );
}
