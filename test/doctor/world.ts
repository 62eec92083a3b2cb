import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig, packageRoot } from '../../src/config.ts';
import type { Check } from '../../src/doctor/examination.ts';
import { examine } from '../../src/doctor/examine.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { runChecks } from '../../src/doctor/run-checks.ts';
import { bareHost } from '../../src/sandbox/host.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

/** A unit of the runner as Drover's drop-in makes it. */
export const DRAINING_UNIT = {
  LoadState: 'loaded',
  UnitFileState: 'disabled',
  KillSignal: '3',
  KillMode: 'mixed',
  TimeoutStopUSec: '2h 1min',
  IPAddressDeny: '169.254.169.254/32',
};

export interface DoctorWorld {
  sandbox: Sandbox;
  dir: string;
  config: string;
  env: Record<string, string>;
  /** Writes the configuration anew, with these sections over what suits the sandbox. */
  configure(sections?: Record<string, unknown>): void;
  /** A program on the PATH that prints this, and ends so; null: it is taken away. */
  program(name: string, output: string | null, exitCode?: number): void;
  /** The runner's unit, as systemctl shows it. */
  unit(properties: Record<string, string>, version?: number): void;
  /** What one check finds, where the host's clock shows `wall`. */
  findings(check: Check, options?: { wall?: number }): Promise<Finding[]>;
  close(): Promise<void>;
}

const HOOKS = {
  launchHook: { name: 'launch', heartbeatTimeout: 300, defaultResult: 'ABANDON' },
  terminateHook: { name: 'terminate', heartbeatTimeout: 300, defaultResult: 'CONTINUE' },
} as const;

/** One instance of a group, healthy in every way, which tests then make ill. */
export async function doctorWorld(group: Partial<SandboxOptions['group']> = {}): Promise<DoctorWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-doctor-'));
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  const sandbox = await startSandbox({
    dir,
    host: bareHost,
    group: { name: 'runners', minSize: 1, maxSize: 3, desiredCapacity: 1, ...HOOKS, ...group },
  });
  await expect.poll(() => sandbox.instances.size).toBe(1);
  const [instance] = sandbox.instances.values();
  const token = join(dir, 'token');
  writeFileSync(token, 'glrt-t1_abcdefghijklmnopqrst', { mode: 0o600 });
  const apiTokenFile = join(dir, 'api-token');
  writeFileSync(apiTokenFile, sandbox.gitlab.apiToken, { mode: 0o600 });
  const config = join(dir, 'config.yml');
  const env = {
    PATH: `${bin}:${process.env.PATH}`,
    HOME: process.env.HOME ?? '/',
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
  };
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'sandbox', AWS_SECRET_ACCESS_KEY: 'sandbox' });
  const world: DoctorWorld = {
    sandbox,
    dir,
    config,
    env,
    configure(sections = {}) {
      const suits = {
        stateDir: join(dir, 'state'),
        gitlab: { url: sandbox.gitlabUrl, apiTokenFile },
        runners: [{ tokenFile: token }],
        runner: { binary: join(packageRoot(), 'sandbox', 'bin', 'gitlab-runner') },
        metadata: { endpoint: instance?.metadataUrl },
        autoscaling: { endpoint: sandbox.awsUrl },
        ec2: { endpoint: sandbox.awsUrl },
      };
      writeFileSync(config, stringify({ ...suits, ...sections }));
    },
    program(name, output, exitCode = 0) {
      const path = join(bin, name);
      rmSync(path, { force: true });
      if (output === null) return;
      writeFileSync(path, `#!/bin/sh\ncat <<'END'\n${output}\nEND\nexit ${exitCode}\n`);
      chmodSync(path, 0o755);
    },
    unit(properties, version = 252) {
      const shown = Object.entries(properties)
        .map(([key, value]) => `${key}=${value}`)
        .join('\n');
      const path = join(bin, 'systemctl');
      const script = `#!/bin/sh\nif [ "$1" = --version ]; then echo "systemd ${version} (${version})"; exit; fi\ncat <<'END'\n${shown}\nEND\n`;
      writeFileSync(path, script, { mode: 0o755 });
    },
    async findings(check, { wall = Date.now() } = {}) {
      const { signal } = new AbortController();
      const examination = examine(loadConfig(config, env), {
        env,
        signal,
        clock: createVirtualClock(wall),
      });
      try {
        const [result] = await runChecks([check], examination);
        return result?.findings ?? [];
      } finally {
        examination.close();
      }
    },
    async close() {
      await sandbox.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  world.configure();
  world.unit(DRAINING_UNIT);
  return world;
}
