import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstanceHost } from '../../src/sandbox/host.ts';
import type { LogEntry } from '../../src/sandbox/log.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { baselineFiles } from '../../test/systemd/baseline/files.ts';
import { type Cloud, openCloud } from '../../test/systemd/hosts/cloud.ts';
import type { TestHost } from '../../test/systemd/hosts/host.ts';
import { droverImage, type Mode } from '../../test/systemd/hosts/image.ts';
import { type InstanceHosts, instanceHosts } from '../../test/systemd/hosts/instance-hosts.ts';
import { whyNoHosts } from '../../test/systemd/hosts/requirements.ts';
import type { Figure } from '../lib/figure.ts';

const LIMIT = 120_000;
const HOOKS = { launch: 'launch', terminate: 'terminate' };
const hook = (name: string) => ({ name, heartbeatTimeout: 300, defaultResult: 'ABANDON' }) as const;

/** What a host of the fleet runs: Drover's services or its agent, or the baseline; `interval` in s between polls. */
export interface Kind {
  drover: Mode | null;
  /** Of the metadata; the baseline's own is for everything. Null: Drover's default. */
  interval: number | null;
  /** Of the runner's metrics. Null: Drover's default. */
  metrics?: number;
}

/** A group on the sandbox whose instances are systemd hosts, each of the kind that is asked for. */
export interface Fleet {
  sandbox: Sandbox;
  /** Starts one instance; resolves when it is in service. `since`: the log's length before. */
  launch(kind: Kind): Promise<{ id: string; host: TestHost; since: number }>;
  seen(what: Record<string, unknown>, since: number): Promise<LogEntry>;
  close(): Promise<void>;
}

/**
 * Measures on a fleet of such instances that leaves nothing behind; where no host can be booted it says why, and
 * measures nothing.
 */
export async function inFleet(
  lifeCycle: 'on-demand' | 'spot',
  measure: (fleet: Fleet) => Promise<Figure[]>,
): Promise<Figure[]> {
  const reason = whyNoHosts();
  if (reason !== null) {
    console.error(`the services are left out: ${reason}`);
    return [];
  }
  const fleet = await openFleet(lifeCycle);
  try {
    return await measure(fleet);
  } finally {
    await fleet.close();
  }
}

async function openFleet(lifeCycle: 'on-demand' | 'spot'): Promise<Fleet> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-bench-services-'));
  const token = `glrt-t1_${randomBytes(15).toString('base64url')}`;
  const cloud = await openCloud();
  const kinds = new Map<string, InstanceHosts>();
  const owner = new Map<string, InstanceHosts>();
  let next: InstanceHosts | null = null;
  const host: InstanceHost = {
    async boot(instance, urls) {
      if (next === null) throw new Error('an instance that nobody asked for');
      owner.set(instance.id, next);
      await next.boot(instance, urls);
    },
    powerOff: async (instance) => owner.get(instance.id)?.powerOff(instance),
  };
  const sandbox = await startSandbox({
    dir,
    host,
    network: cloud.network,
    group: {
      name: 'bench',
      minSize: 0,
      maxSize: 100,
      desiredCapacity: 0,
      lifeCycle,
      launchHook: hook(HOOKS.launch),
      terminateHook: hook(HOOKS.terminate),
    },
  });
  sandbox.gitlab.addRunner({ token, description: 'bench' });
  const hostsOf = (kind: Kind): InstanceHosts => {
    const key = JSON.stringify(kind);
    const known = kinds.get(key);
    if (known !== undefined) return known;
    const image = cloud.addHost({ name: `image-${kinds.size}`, files: filesOf(kind, cloud, token) });
    const hosts = instanceHosts(cloud, { image: [image.disk] });
    kinds.set(key, hosts);
    return hosts;
  };
  return {
    sandbox,
    seen: (what, since) =>
      sandbox.log.waitFor(
        (entry) => entry.seq > since && Object.entries(what).every(([key, value]) => entry[key] === value),
        LIMIT,
      ),
    async launch(kind) {
      next = hostsOf(kind);
      const since = sandbox.log.entries.length;
      sandbox.autoscaling.resize({ desiredCapacity: sandbox.autoscaling.desiredCapacity + 1 });
      const { instanceId } = await sandbox.log.waitFor(
        (entry) => entry.seq > since && entry.subject === 'instance' && entry.state === 'InService',
        LIMIT,
      );
      return { id: `${instanceId}`, host: next.of(`${instanceId}`), since };
    },
    async close() {
      await Promise.all([...kinds.values()].map((hosts) => hosts.cutAll()));
      await sandbox.close();
      await cloud.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function filesOf({ drover, interval, metrics }: Kind, { awsUrl, gitlabUrl }: Cloud, token: string) {
  if (drover === null) {
    return baselineFiles({
      awsUrl,
      gitlabUrl,
      group: 'bench',
      hooks: HOOKS,
      token,
      interval: interval ?? 10,
    });
  }
  const config = {
    gitlab: { url: gitlabUrl },
    runners: [{ name: 'bench', tokenCredential: 'runner' }],
    autoscaling: { endpoint: awsUrl },
    ...(interval === null ? {} : { metadata: { interval: `${interval}s` } }),
    ...(metrics === undefined ? {} : { metrics: { interval: `${metrics}s` } }),
  };
  return droverImage({ mode: drover, config, credentials: { runner: token } });
}
