import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { reapOnce } from '../../src/cli/reap-once.ts';
import { systemIdOf } from '../../src/reap/identity.ts';
import type { ReapEvent, ReapSummary } from '../../src/reap/report.ts';
import type { SandboxRunner } from '../../src/sandbox/gitlab/model.ts';
import { bareHost } from '../../src/sandbox/host.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';

export interface ReapWorld {
  sandbox: Sandbox;
  dir: string;
  /** Runners that instances share; their tokens are in the configuration. */
  runners: SandboxRunner[];
  /** The first of them. */
  shared: SandboxRunner;
  /** Instances in service, oldest first. */
  ids: string[];
  /** What a runner does when it starts on an instance: its manager appears. */
  contact(runner: SandboxRunner, instanceId: string): Promise<void>;
  systemIds(runner?: SandboxRunner): string[];
  /** Runs reap on a host outside EC2. */
  reap(options?: {
    check?: boolean;
    groups?: string[];
  }): Promise<{ summary: ReapSummary; told: ReapEvent[] }>;
  /** The mutating calls of the event log that were made after `seq`. */
  mutations(seq?: number): string[];
  close(): Promise<void>;
}

export interface ReapWorldOptions {
  instances?: number;
  group?: Partial<SandboxOptions['group']>;
  /** Sections of config.yml. */
  config?: Record<string, unknown>;
  /** How many runners the instances share. Default 1. */
  shared?: number;
  /** Entries under `runners` besides the shared ones. */
  entries?: unknown[];
}

/** A sandbox without agents, whose instances are in service, and a configuration for reap. */
export async function reapWorld(options: ReapWorldOptions = {}): Promise<ReapWorld> {
  process.env.AWS_ACCESS_KEY_ID = 'sandbox';
  process.env.AWS_SECRET_ACCESS_KEY = 'sandbox';
  const dir = mkdtempSync(join(tmpdir(), 'drover-reap-'));
  const instances = options.instances ?? 2;
  const group = { name: 'runners', minSize: 0, maxSize: 5, desiredCapacity: instances, ...options.group };
  const sandbox = await startSandbox({ dir, host: bareHost, group });
  await expect.poll(() => sandbox.instances.size).toBe(instances);
  const runners = Array.from({ length: options.shared ?? 1 }, (_, index) =>
    sandbox.gitlab.addRunner({ description: `shared ${index}` }),
  );
  const entries = runners.map(({ token, description }, index) => {
    const tokenFile = join(dir, `token-${index}`);
    writeFileSync(tokenFile, token);
    return { name: description, tokenFile };
  });
  const apiTokenFile = join(dir, 'api-token');
  writeFileSync(apiTokenFile, sandbox.gitlab.apiToken);
  const config = {
    gitlab: { url: sandbox.gitlabUrl, apiTokenFile },
    runners: [...entries, ...(options.entries ?? [])],
    // Port 9 of loopback refuses at once: there is no instance metadata outside EC2.
    metadata: { endpoint: 'http://127.0.0.1:9' },
    autoscaling: { endpoint: sandbox.awsUrl, region: 'us-east-1' },
    ec2: { endpoint: sandbox.awsUrl },
    ...options.config,
  };
  const path = join(dir, 'config.yml');
  writeFileSync(path, stringify(config));
  return {
    sandbox,
    dir,
    runners,
    shared: runners[0] as SandboxRunner,
    ids: [...sandbox.instances.keys()],
    async contact({ token }, instanceId) {
      const body = JSON.stringify({ token, system_id: systemIdOf(instanceId) });
      const headers = { 'content-type': 'application/json' };
      const reply = await fetch(`${sandbox.gitlabUrl}/api/v4/runners/verify`, {
        method: 'POST',
        headers,
        body,
      });
      expect(reply.status).toBe(200);
    },
    systemIds: (runner = runners[0] as SandboxRunner) => [
      ...(sandbox.gitlab.runners.find(({ id }) => id === runner.id)?.managers.keys() ?? []),
    ],
    async reap({ check = false, groups = ['runners'] } = {}) {
      const told: ReapEvent[] = [];
      const context = { env: {}, signal: new AbortController().signal, print: () => {}, exitCode: 0 };
      const summary = await reapOnce(context, path, { check, groups, tell: (event) => told.push(event) });
      return { summary, told };
    },
    mutations: (seq = 0) =>
      sandbox.log.entries.flatMap((entry) =>
        entry.seq > seq && entry.kind === 'call' && entry.mutating === true ? String(entry.operation) : [],
      ),
    async close() {
      await sandbox.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Makes EC2 forget a terminated instance that was launched long ago, as it does after about an hour. */
export function forget(sandbox: Sandbox, instanceId: string, hoursAgo = 5): void {
  sandbox.autoscaling.machines.delete(instanceId);
  for (const activity of sandbox.autoscaling.activities) {
    if (activity.description.includes(instanceId)) activity.startedAt -= hoursAgo * 3_600_000;
  }
}
