import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SandboxNetwork } from '../../../src/sandbox/sandbox.ts';
import { createHost, type HostOptions, type TestHost } from './host.ts';
import { writeBaseLayer } from './layers.ts';

/** The bridge's address: AWS and GitLab, as hosts name them. */
const BRIDGE = '10.77.0.1';
const METADATA = '169.254.169.254';
const PORTS = {
  aws: { host: BRIDGE, port: 4566, url: `http://${BRIDGE}:4566` },
  gitlab: { host: BRIDGE, port: 8929, url: `http://${BRIDGE}:8929` },
  metadata: { host: METADATA, port: 80, url: `http://${METADATA}` },
} as const;

type PortName = keyof typeof PORTS;

/** A network of their own for test hosts, joined by a bridge, with open ports for the sandbox in this process. */
export interface Cloud {
  readonly network: SandboxNetwork;
  /** The process that holds it. */
  readonly holder: number;
  /** Where AWS and GitLab are, also before the sandbox runs. */
  readonly awsUrl: string;
  readonly gitlabUrl: string;
  /** A new host, not booted yet. */
  addHost(options: HostOptions): TestHost;
  /** Ends every host and takes everything away. */
  close(): Promise<void>;
}

/** What a host needs to know of its cloud. */
export interface CloudGround {
  /** The process in whose namespaces disks and bridge are. */
  holder: number;
  /** The tmpfs that disks lie on: as the holder's mount namespace has it, and as this process reaches it. */
  dir: string;
  reach(path: string): string;
  cgroup: string;
  gateway: string;
  baseLayer: string;
}

/** Opens a cloud. Root and Linux only (requirements.ts). It ends with this process, however that ends. */
export async function openCloud(): Promise<Cloud> {
  const dir = mkdtempSync(join(tmpdir(), `drover-cloud-${process.pid}-`));
  const { holder, sockets, cgroup } = await startHolder(dir);
  const reach = (path: string) => `/proc/${holder.pid}/root${path}`;
  const ground: CloudGround = {
    holder: holder.pid as number,
    dir,
    reach,
    cgroup,
    gateway: BRIDGE,
    baseLayer: join(dir, 'base'),
  };
  mkdirSync(reach(ground.baseLayer));
  writeBaseLayer(reach(ground.baseLayer));
  const hosts: TestHost[] = [];
  const addresses = new Map<string, string>();
  const addressOf = (name: string) => {
    const address = addresses.get(name) ?? `10.77.0.${11 + addresses.size}`;
    addresses.set(name, address);
    return address;
  };
  const openPort = (name: PortName) => ({ server: sockets[name], url: PORTS[name].url });
  return {
    holder: ground.holder,
    network: {
      aws: openPort('aws'),
      gitlab: openPort('gitlab'),
      metadata: openPort('metadata'),
      addressOf,
    },
    awsUrl: PORTS.aws.url,
    gitlabUrl: PORTS.gitlab.url,
    addHost(options) {
      const host = createHost(ground, addressOf(options.name), options);
      hosts.push(host);
      return host;
    },
    async close() {
      await Promise.all(hosts.map((host) => host.down()));
      for (const socket of Object.values(sockets)) socket.close();
      const ended = once(holder, 'exit');
      holder.disconnect();
      const [code] = await ended;
      if (code !== 0) throw new Error(`the test hosts' cloud could not be taken away (exit code ${code})`);
    },
  };
}

async function startHolder(
  dir: string,
): Promise<{ holder: ChildProcess; sockets: Record<PortName, Server>; cgroup: string }> {
  const task = {
    dir,
    addresses: [`${BRIDGE}/24`, `${METADATA}/32`],
    ports: Object.entries(PORTS).map(([name, { host, port }]) => ({ name, host, port })),
  };
  // A process group of its own: Ctrl-C must not take it before it has tidied up.
  const holder = spawn(
    'unshare',
    [
      '--net',
      '--mount',
      process.execPath,
      join(import.meta.dirname, 'cloud-holder.mjs'),
      JSON.stringify(task),
    ],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true },
  );
  const sockets: Partial<Record<PortName, Server>> = {};
  return new Promise((resolve, reject) => {
    holder.once('error', reject);
    holder.once('exit', (code) =>
      reject(new Error(`the test hosts' cloud did not start (exit code ${code})`)),
    );
    holder.on('message', (message: { open?: PortName; cgroup?: string }, handle) => {
      if (message.open !== undefined) sockets[message.open] = handle as Server;
      if (message.cgroup !== undefined)
        resolve({ holder, sockets: sockets as Record<PortName, Server>, cgroup: message.cgroup });
    });
  });
}

/** Runs a shell script in the network namespace of `pid`. */
export async function inNetworkOf(pid: number, script: string): Promise<void> {
  await promisify(execFile)('nsenter', ['-t', `${pid}`, '-n', 'sh', '-ec', script]);
}
