import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/config.ts';
import { byHandHost } from '../../src/demo/by-hand-host.ts';
import { agentHost, endProcessesOf, type InstanceHost } from '../../src/sandbox/host.ts';
import type { LogEntry } from '../../src/sandbox/log.ts';
import {
  type RunningInstance,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../../src/sandbox/sandbox.ts';
import { until } from './wait.ts';

/** `agent`: a real agent from dist/. `byHand`: only the variables for playing the playbooks. `bare`: nothing. */
export type HostKind = 'agent' | 'byHand' | 'bare';

export interface WorldOptions {
  group?: Partial<SandboxOptions['group']>;
  /** Sections of each agent's config.yml beyond Drover's defaults. */
  config?: Record<string, Record<string, unknown>>;
  sandbox?: Pick<SandboxOptions, 'gitlab'>;
}

export interface World {
  sandbox: Sandbox;
  agents: ReturnType<typeof agentHost>;
  /** What instances are that nobody has launched here: replacements, and those that a play asks for. */
  boots(kind: HostKind): void;
  /** The first entry of the event log after `since` that has all these fields. */
  seen(what: Record<string, unknown>, since?: number): Promise<LogEntry>;
  /** The number of the newest entry of the event log. */
  now(): number;
  /** Starts one more instance of this kind; resolves when the group calls it in service. */
  launch(kind: HostKind): Promise<RunningInstance>;
  close(): Promise<void>;
}

const LIMIT = 120_000;
const TERMINATE_HOOK = { name: 'terminate', heartbeatTimeout: 120, defaultResult: 'ABANDON' } as const;
const open = new Set<World>();

/** A sandbox of its own for one measurement. Its agents run on the default settings but for `config`. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-bench-'));
  const token = `glrt-t1_${randomBytes(15).toString('base64url')}`;
  const tokenFile = join(dir, 'token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const agents = agentHost({
    root: packageRoot(),
    runners: [{ name: 'bench', tokenFile }],
    // The sandbox shortens the runner's own poll for its demo; here it is GitLab Runner's default.
    config: { ...options.config, runner: { checkInterval: 3, ...options.config?.runner } },
  });
  const byHand = byHandHost({
    groupName: 'bench',
    launchHook: '',
    token,
    firstVariables: join(dir, 'vars.yml'),
    ready: () => {},
  });
  const bare: InstanceHost = {
    boot: async (instance) => void mkdirSync(instance.dir, { recursive: true }),
    powerOff: async () => {},
  };
  const kinds = new Map<string, InstanceHost>();
  let next: InstanceHost = agents;
  const sandbox = await startSandbox({
    dir,
    host: {
      boot(instance, urls) {
        kinds.set(instance.id, next);
        return next.boot(instance, urls);
      },
      powerOff: async (instance) => kinds.get(instance.id)?.powerOff(instance),
    },
    group: {
      name: 'bench',
      minSize: 0,
      maxSize: 1_000,
      desiredCapacity: 0,
      terminateHook: TERMINATE_HOOK,
      ...options.group,
    },
    ...options.sandbox,
  });
  sandbox.gitlab.addRunner({ token, description: 'bench' });
  let closing: Promise<void> | null = null;
  const end = async () => {
    await sandbox.close();
    await endProcessesOf(dir);
    rmSync(dir, { recursive: true, force: true });
    open.delete(world);
  };
  const world: World = {
    sandbox,
    agents,
    boots(kind) {
      next = { agent: agents, byHand, bare }[kind];
    },
    seen: (what, since = 0) =>
      sandbox.log.waitFor(
        (entry) => entry.seq > since && Object.entries(what).every(([key, value]) => entry[key] === value),
        LIMIT,
      ),
    now: () => sandbox.log.entries.length,
    async launch(kind) {
      const since = world.now();
      world.boots(kind);
      sandbox.autoscaling.resize({ desiredCapacity: sandbox.autoscaling.desiredCapacity + 1 });
      const { instanceId } = await world.seen({ subject: 'instance', state: 'InService' }, since);
      // Without a launch hook it is in service before it has a host.
      return until(`a host for ${instanceId}`, () => sandbox.instances.get(String(instanceId)) ?? null);
    },
    close() {
      closing ??= end();
      return closing;
    },
  };
  open.add(world);
  return world;
}

/** Runs a measurement in a world of its own, which leaves nothing behind. */
export async function inWorld<T>(options: WorldOptions, measure: (world: World) => Promise<T>): Promise<T> {
  const world = await startWorld(options);
  try {
    return await measure(world);
  } finally {
    await world.close();
  }
}

/** Ends every world at once: agents are sessions of their own and would outlive an interrupted bench. */
export async function closeWorlds(): Promise<void> {
  await Promise.all([...open].map((world) => world.close()));
}
