import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { HaltKind } from '../lifecycle/events.ts';
import { goDown } from './operating-system.ts';

/** One instance of the sandbox, as its host sees it. */
export interface SandboxInstance {
  id: string;
  /** Everything that the instance keeps lies below it. */
  dir: string;
  metadataUrl: string;
  /** Its private address; 127.0.0.1 where the sandbox has no network of its own. */
  address: string;
  /** A free port of 127.0.0.1 for the runner's metrics. */
  metricsPort: number;
}

/** The addresses that an instance needs. */
export interface SandboxUrls {
  awsUrl: string;
  gitlabUrl: string;
}

/**
 * What stands for the machine: `boot` when EC2 starts the instance, `powerOff` when it takes it. A host that cannot
 * shut down and start again loses its power and boots instead.
 */
export interface InstanceHost {
  boot(instance: SandboxInstance, urls: SandboxUrls): Promise<void>;
  powerOff(instance: SandboxInstance): Promise<void>;
  /** The operating system goes down in its own way; the disk stays. Resolves when it is down. */
  shutDown?(instance: SandboxInstance, kind: HaltKind): Promise<void>;
  /** The machine starts again from the disk that it has. */
  start?(instance: SandboxInstance): Promise<void>;
}

export interface AgentHostOptions {
  /** The checkout or package that holds bin/drover.js. */
  root: string;
  /** The gitlab-runner executable; default: the sandbox's own. */
  runner?: string;
  /** The Node that runs the agent; default: this process's own. */
  node?: string;
  /** PATH of the agent; holds ansible-playbook. */
  path?: string;
  /** The `runners` of config.yml; what they name (token files) is made by the caller. */
  runners: unknown[];
  /** Merged into config.yml, section by section. */
  config?: Record<string, Record<string, unknown>>;
  /** What the agent signs its calls with: keys of its own in the environment (default), or the instance's role. */
  credentials?: 'environment' | 'role';
  /** Added to the agent's environment. */
  env?: Record<string, string>;
  /** Added to the agent's command line. */
  args?: string[];
  /** An agent that a signal ends is started again after this long (ms), as systemd does; default: it is not. */
  restartAfter?: number;
}

/** Keys that nothing but the sandbox takes. */
const OWN_KEYS = { AWS_ACCESS_KEY_ID: 'AKIASANDBOX', AWS_SECRET_ACCESS_KEY: 'sandbox-only' };

/** An instance that runs no agent: for experiments with one's own programs. */
export const bareHost: InstanceHost = {
  async boot({ dir }) {
    mkdirSync(dir, { recursive: true });
  },
  powerOff: (instance) => endProcessesOf(instance.dir),
};

/** An instance is a directory and one real `drover agent` process. */
export function agentHost(options: AgentHostOptions): InstanceHost & {
  /** Starts the agent of an instance again, as systemd would; its record is as it was left. */
  startAgent(instance: SandboxInstance): void;
  /** The agent's process of an instance, while it lives. */
  agentOf(instanceId: string): ChildProcess | undefined;
} {
  const agents = new Map<string, ChildProcess>();
  const off = new Set<string>();
  const startAgent = (instance: SandboxInstance) => {
    const log = openSync(join(instance.dir, 'agent.log'), 'a', 0o600);
    const child = spawn(
      options.node ?? process.execPath,
      [
        join(options.root, 'bin', 'drover.js'),
        'agent',
        '--config',
        join(instance.dir, 'config.yml'),
        ...(options.args ?? []),
      ],
      {
        cwd: instance.dir,
        detached: true,
        stdio: ['ignore', log, log],
        env: {
          PATH: [
            join(options.root, 'sandbox', 'host'),
            options.path ?? process.env.PATH ?? '/usr/bin:/bin',
          ].join(delimiter),
          HOME: instance.dir,
          LANG: 'C.UTF-8',
          DROVER_SANDBOX_INSTANCE: instance.dir,
          // Where the AWS SDKs look for the role, as Drover's own configuration says.
          AWS_EC2_METADATA_SERVICE_ENDPOINT: instance.metadataUrl,
          ...(options.credentials !== 'role' && OWN_KEYS),
          ...options.env,
        },
      },
    );
    closeSync(log);
    agents.set(instance.id, child);
    child.on('exit', (_, signal) => {
      if (agents.get(instance.id) !== child) return;
      agents.delete(instance.id);
      if (signal === null || options.restartAfter === undefined) return;
      setTimeout(() => {
        if (!off.has(instance.id) && !agents.has(instance.id)) startAgent(instance);
      }, options.restartAfter);
    });
  };
  return {
    startAgent,
    agentOf: (instanceId) => agents.get(instanceId),
    async boot(instance, urls) {
      writeConfig(options, instance, urls);
      startAgent(instance);
    },
    async powerOff(instance) {
      off.add(instance.id);
      await endProcessesOf(instance.dir);
    },
    shutDown(instance, kind) {
      off.add(instance.id);
      return goDown(instance, kind, agents.get(instance.id), () => endProcessesOf(instance.dir));
    },
    async start(instance) {
      off.delete(instance.id);
      startAgent(instance);
    },
  };
}

function writeConfig(options: AgentHostOptions, instance: SandboxInstance, urls: SandboxUrls): void {
  const runnerDir = join(instance.dir, 'gitlab-runner');
  mkdirSync(runnerDir, { recursive: true, mode: 0o700 });
  const more = options.config ?? {};
  const config = {
    stateDir: join(instance.dir, 'state'),
    runDir: join(instance.dir, 'run'),
    gitlab: { url: urls.gitlabUrl, ...more.gitlab },
    runners: options.runners,
    runner: {
      binary: options.runner ?? join(options.root, 'sandbox', 'bin', 'gitlab-runner'),
      configFile: join(runnerDir, 'config.toml'),
      listenAddress: `127.0.0.1:${instance.metricsPort}`,
      serviceManager: 'process',
      pidFile: join(runnerDir, 'runner.pid'),
      logFile: join(runnerDir, 'runner.log'),
      checkInterval: 1,
      ...more.runner,
    },
    metadata: { endpoint: instance.metadataUrl, ...more.metadata },
    metrics: { url: `http://127.0.0.1:${instance.metricsPort}/metrics`, ...more.metrics },
    autoscaling: { endpoint: urls.awsUrl, ...more.autoscaling },
    ec2: { endpoint: urls.awsUrl },
    lifecycle: { ...more.lifecycle },
    ansible: { directory: options.root, ...more.ansible },
    ...(more.status === undefined ? {} : { status: more.status }),
    log: { level: 'info', ...more.log },
  };
  mkdirSync(dirname(config.runner.configFile), { recursive: true });
  writeFileSync(join(instance.dir, 'config.yml'), stringify(config), { mode: 0o600 });
}

/**
 * Ends every process of an instance at once, as EC2 does when it takes the machine: those whose environment or
 * arguments name its directory, and their descendants; looked for again until none is left.
 */
export async function endProcessesOf(dir: string): Promise<void> {
  for (;;) {
    const pids = processesOf(dir);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone already.
      }
    }
    await delay(20);
  }
}

function processesOf(dir: string): number[] {
  const parents = new Map<number, number>();
  const found = new Set<number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid <= 1 || pid === process.pid) continue;
    const stat = readQuietly(`/proc/${name}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (stat === '' || fields[0] === 'Z') continue;
    parents.set(pid, Number(fields[1]));
    const text = readQuietly(`/proc/${name}/environ`) + readQuietly(`/proc/${name}/cmdline`);
    if (text.includes(`${dir}/`) || text.includes(`${dir}\0`)) found.add(pid);
  }
  for (let grown = true; grown; ) {
    grown = false;
    for (const [pid, parent] of parents) {
      if (!found.has(parent) || found.has(pid)) continue;
      found.add(pid);
      grown = true;
    }
  }
  return [...found];
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
