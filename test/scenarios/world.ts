import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { expect, vi } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { readEntries } from '../../src/engine/journal.ts';
import { replayJournal } from '../../src/engine/replay.ts';
import { agentHost, endProcessesOf } from '../../src/sandbox/host.ts';
import type { LogEntry } from '../../src/sandbox/log.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';
import { type Allowances, gatherEvidence, violations } from './invariants.ts';
import { scanFiles, watchProcesses } from './secrets.ts';

export interface WorldOptions extends Allowances {
  group?: Partial<SandboxOptions['group']>;
  /** Sections of each instance's config.yml. */
  config?: Record<string, Record<string, unknown>>;
  /** How many runners each instance registers. */
  runners?: number;
  /** Each instance makes a runner of its own through GitLab's API, instead of sharing one. */
  perInstance?: boolean;
  /** Instances register with the deprecated registration token, which this GitLab takes, or refuses as new ones do. */
  registration?: 'taken' | 'refused';
  /** The agents and their playbooks have no keys of their own: they take the role's from the metadata, good for so long. */
  role?: SandboxOptions['credentials'];
  /** The Node that runs the agents, and the sandbox's runner with them. */
  node?: string;
  /** The agents' environment, beside what every agent has. */
  env?: Record<string, string>;
  /** Added to the agents' command line. */
  args?: string[];
  /** An agent that is killed is started again after this long (ms). */
  restartAfter?: number;
  /** The runner's name, given the scenario's directory. */
  runnerName?: (dir: string) => string;
}

export interface World {
  sandbox: Sandbox;
  dir: string;
  host: ReturnType<typeof agentHost>;
  /** The first matching entry of the event log, past or to come. */
  seen(what: Partial<LogEntry> | ((entry: LogEntry) => boolean), limit?: number): Promise<LogEntry>;
  entries(what: Partial<LogEntry>): LogEntry[];
  /** A job that runs until `finish` is called, however slow the machine is. */
  heldJob(): { id: number; finish(): void };
  /** Waits until the agent's own record says that the instance is in this state, which it learns after the group. */
  agentIn(instanceId: string, state: string): Promise<void>;
}

/** Long enough for a machine with much else to do: a scenario that needs an action to expire has a hook of its own. */
export const HOOKS = {
  launchHook: { name: 'launch', heartbeatTimeout: 90, defaultResult: 'ABANDON' },
  terminateHook: { name: 'terminate', heartbeatTimeout: 60, defaultResult: 'CONTINUE' },
} as const;

/** Hooks that a machine with much else to do does not let time out, for scenarios that are not about that. */
export const PATIENT = {
  launchHook: { ...HOOKS.launchHook, heartbeatTimeout: 120 },
  terminateHook: { ...HOOKS.terminateHook, heartbeatTimeout: 120 },
} as const;

/** Times that a test can wait for; no clock is multiplied. */
export const SHORT = {
  metadata: { interval: '500ms', timeout: '3s' },
  metrics: { interval: '500ms' },
  autoscaling: { interval: '1s' },
  lifecycle: { retryDelay: '500ms', retryDelayMax: '2s', recheck: '5s', idleThreshold: '10m' },
  runner: { concurrent: 1 },
};

const matches = (entry: LogEntry, what: Partial<LogEntry>) =>
  Object.entries(what).every(([key, value]) => entry[key] === value);

/**
 * Plays one scenario on a sandbox with real agents, the real ansible-playbook and real runner processes, then checks
 * what holds for every scenario. A scenario that fails leaves its directory behind and says where.
 */
export async function scenario(options: WorldOptions, play: (world: World) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-scenario-'));
  const tokens = Array.from(
    { length: options.runners ?? 1 },
    () => `${options.registration ? 'GR1348941' : 'glrt-t1_'}${randomBytes(15).toString('base64url')}`,
  );
  const secrets = join(dir, 'secrets');
  mkdirSync(secrets, { mode: 0o700 });
  const apiToken = `glpat-${randomBytes(15).toString('base64url')}`;
  const apiTokenFile = join(secrets, 'api-token');
  if (options.perInstance) writeFileSync(apiTokenFile, apiToken, { mode: 0o600 });
  const shared = tokens.map((token, index) => {
    const tokenFile = join(secrets, `token-${index}`);
    writeFileSync(tokenFile, token, { mode: 0o600 });
    const kind = options.registration && { tokenKind: 'registration' };
    return { name: `runner-${index}`, tokenFile, ...kind };
  });
  const config: Record<string, Record<string, unknown>> = {};
  for (const section of new Set([...Object.keys(SHORT), ...Object.keys(options.config ?? {})])) {
    config[section] = {
      ...(SHORT as Record<string, Record<string, unknown>>)[section],
      ...options.config?.[section],
    };
  }
  if (options.perInstance) config.gitlab = { ...config.gitlab, apiTokenFile };
  const runners = options.perInstance
    ? [{ runnerType: 'instance_type', ...(options.runnerName && { name: options.runnerName(dir) }) }]
    : shared;
  const host = agentHost({
    root: packageRoot(),
    runners,
    config,
    ...(options.role && { credentials: 'role' as const }),
    ...(options.node && {
      node: options.node,
      path: [dirname(options.node), process.env.PATH].join(delimiter),
    }),
    ...(options.env && { env: options.env }),
    ...(options.args && { args: options.args }),
    ...(options.restartAfter && { restartAfter: options.restartAfter }),
  });
  const sandbox = await startSandbox({
    dir,
    host,
    ...(options.role && { credentials: options.role }),
    gitlab: {
      apiToken,
      ...(options.registration === 'taken' && tokens[0] && { registrationToken: tokens[0] }),
    },
    group: { name: 'runners', minSize: 0, maxSize: 3, desiredCapacity: 0, ...HOOKS, ...options.group },
  });
  if (!options.perInstance && !options.registration) {
    for (const token of tokens) sandbox.gitlab.addRunner({ token, description: 'shared' });
  }
  const planted = [...tokens, apiToken];
  const watch = watchProcesses(planted);
  let done = false;
  let held = 0;
  try {
    const world: World = {
      sandbox,
      dir,
      host,
      seen: (what, limit = 120_000) =>
        sandbox.log.waitFor(
          (entry) => (typeof what === 'function' ? what(entry) : matches(entry, what)),
          limit,
        ),
      heldJob() {
        held += 1;
        const file = join(dir, `finish-${held}`);
        const { id } = sandbox.gitlab.addJob({ script: [`until [ -e ${file} ]; do sleep 0.2; done`] });
        return { id, finish: () => writeFileSync(file, '') };
      },
      // Not expect.poll, which tests that run side by side cannot use after one of them has ended.
      agentIn: async (instanceId, state) => {
        const stateDir = join(dir, 'instances', instanceId, 'state');
        const isIn = () => readEntries(stateDir).at(-1)?.to.includes(state);
        await vi
          .waitUntil(isIn, { timeout: 120_000, interval: 250 })
          .catch(() =>
            expect(readEntries(stateDir).at(-1)?.to, `the state of ${instanceId}`).toContain(state),
          );
      },
      entries: (what) => sandbox.log.entries.filter((entry) => matches(entry, what)),
    };
    await play(world);
    const evidence = gatherEvidence(dir, sandbox.log.entries);
    expect(violations(evidence, options), 'invariants').toEqual([]);
    for (const [id, entries] of evidence.journals) {
      expect(replayJournal(entries).differences, `the replay of ${id}`).toEqual([]);
    }
    expect(watch.stop(), 'secrets in processes').toEqual([]);
    expect(
      scanFiles(dir, planted, [
        'config.toml',
        '/variables.yml',
        '/secrets/token-0',
        '/secrets/token-1',
        '/secrets/api-token',
      ]),
    ).toEqual([]);
    done = true;
  } finally {
    watch.stop();
    await sandbox.close();
    await endProcessesOf(dir);
    if (done) rmSync(dir, { recursive: true, force: true });
    else console.error(`the scenario failed: its journal and logs are in ${dir}`);
  }
}
