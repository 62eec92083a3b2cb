import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readEntries } from '../../src/engine/journal.ts';
import { replayJournal } from '../../src/engine/replay.ts';
import type { LogEntry } from '../../src/sandbox/log.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';
import { type Allowances, gatherEvidence, violations } from '../scenarios/invariants.ts';
import { SHORT, type World } from '../scenarios/world.ts';
import { openCloud } from './hosts/cloud.ts';
import { droverImage, type Mode } from './hosts/image.ts';
import { type InstanceHosts, type InstanceHostsOptions, instanceHosts } from './hosts/instance-hosts.ts';
import type { DiskFiles } from './hosts/layers.ts';
import { waitUntil } from './hosts/wait-until.ts';

export interface HostWorldOptions extends Allowances {
  /** Default: the five services. */
  mode?: Mode;
  group?: Partial<SandboxOptions['group']>;
  /** Sections of the instances' config.yml. */
  config?: Record<string, Record<string, unknown>>;
  /** Added to the image of the instances. */
  files?: DiskFiles;
  hosts?: Omit<InstanceHostsOptions, 'image' | 'files'>;
}

/** A scenario's world whose instances are systemd hosts. */
export interface HostWorld extends Pick<World, 'sandbox' | 'seen' | 'entries'> {
  hosts: InstanceHosts;
  /** Waits until the record of an instance says that it is in this state. */
  recordIn(instanceId: string, state: string, limit?: number): Promise<void>;
}

/** Long enough for hosts that boot while the machine does other things; what is about timeouts sets its own. */
const HOOKS = {
  launchHook: { name: 'launch', heartbeatTimeout: 120, defaultResult: 'ABANDON' },
  terminateHook: { name: 'terminate', heartbeatTimeout: 60, defaultResult: 'CONTINUE' },
} as const;

/** Where an instance's record lies. */
const STATE = '/var/lib/drover';

/**
 * Plays one scenario on real systemd hosts with the real ansible-playbook, then checks what holds for every scenario.
 * One that fails leaves a directory with the event log and every unit's journal behind, and says where.
 */
export async function hostScenario(
  options: HostWorldOptions,
  play: (world: HostWorld) => Promise<void>,
): Promise<void> {
  const release = await turn();
  try {
    await playOnHosts(options, play);
  } finally {
    release();
  }
}

/** Scenarios of one file that run side by side: they mostly wait, but hosts that boot all at once starve each other. */
let free = 2;
const waiting: (() => void)[] = [];

/** Waits for a free place; resolves with what gives it back. */
async function turn(): Promise<() => void> {
  if (free > 0) free -= 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  return () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
}

async function playOnHosts(
  options: HostWorldOptions,
  play: (world: HostWorld) => Promise<void>,
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-systemd-'));
  const token = `glrt-t1_${randomBytes(15).toString('base64url')}`;
  const cloud = await openCloud();
  const image = cloud.addHost({
    name: 'image',
    files: {
      ...droverImage({
        mode: options.mode ?? 'services',
        config: configOf(options, cloud),
        credentials: { runner: token },
      }),
      ...options.files,
    },
  });
  const hosts = instanceHosts(cloud, { ...options.hosts, image: [image.disk] });
  let sandbox: Sandbox | null = null;
  let done = false;
  try {
    sandbox = await startSandbox({
      dir,
      host: hosts,
      network: cloud.network,
      group: {
        ...{ name: 'runners', minSize: 0, maxSize: 3, desiredCapacity: 0, ...HOOKS },
        orderlyShutdown: true,
        ...options.group,
      },
    });
    sandbox.gitlab.addRunner({ token, description: 'shared' });
    await play(worldOf(sandbox, hosts));
    const places = hosts.all().map((host) => ({
      id: host.name,
      stateDir: host.path(STATE),
      runDirs: Array.from({ length: host.boots }, (_, index) => host.path('/run/drover', index + 1)),
    }));
    const evidence = gatherEvidence(places, sandbox.log.entries);
    expect(violations(evidence, options), 'invariants').toEqual([]);
    for (const [id, entries] of evidence.journals) {
      expect(replayJournal(entries).differences, `the replay of ${id}`).toEqual([]);
    }
    expect(await tellingSecrets(hosts, [token]), 'secrets in journals').toEqual([]);
    done = true;
  } finally {
    if (!done) await keepJournals(hosts, dir);
    await hosts.cutAll();
    await sandbox?.close();
    await cloud.close();
    if (done) rmSync(dir, { recursive: true, force: true });
    else console.error(`the scenario failed: its event log and journals are in ${dir}`);
  }
}

function configOf(
  options: HostWorldOptions,
  { awsUrl, gitlabUrl }: { awsUrl: string; gitlabUrl: string },
): Record<string, unknown> {
  const base: Record<string, Record<string, unknown>> = {
    ...SHORT,
    runner: { ...SHORT.runner, checkInterval: 1 },
    gitlab: { url: gitlabUrl },
    autoscaling: { ...SHORT.autoscaling, endpoint: awsUrl },
    ec2: { endpoint: awsUrl },
  };
  const sections = new Set([...Object.keys(base), ...Object.keys(options.config ?? {})]);
  const merged = [...sections].map((name) => [name, { ...base[name], ...options.config?.[name] }]);
  return { ...Object.fromEntries(merged), runners: [{ name: 'shared', tokenCredential: 'runner' }] };
}

function worldOf(sandbox: Sandbox, hosts: InstanceHosts): HostWorld {
  const matches = (entry: LogEntry, what: Partial<LogEntry>) =>
    Object.entries(what).every(([key, value]) => entry[key] === value);
  return {
    sandbox,
    hosts,
    seen: (what, limit = 60_000) =>
      sandbox.log.waitFor(
        (entry) => (typeof what === 'function' ? what(entry) : matches(entry, what)),
        limit,
      ),
    entries: (what) => sandbox.log.entries.filter((entry) => matches(entry, what)),
    recordIn: (id, state, limit) =>
      waitUntil(
        `${id} in ${state}`,
        () => readEntries(hosts.of(id).path(STATE)).at(-1)?.to?.includes(state),
        limit,
      ),
  };
}

/** Journals of instances that tell one of these secrets. */
async function tellingSecrets(hosts: InstanceHosts, secrets: string[]): Promise<string[]> {
  const told = await Promise.all(
    hosts.all().map(async (host) => ({ name: host.name, text: await host.journal() })),
  );
  return told.filter(({ text }) => secrets.some((secret) => text.includes(secret))).map(({ name }) => name);
}

async function keepJournals(hosts: InstanceHosts, dir: string): Promise<void> {
  for (const host of hosts.all()) writeFileSync(join(dir, `journal-of-${host.name}`), await host.journal());
}
