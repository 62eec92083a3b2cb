import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/config.ts';
import { rememberManagers } from '../src/demo/manager-instance.ts';
import { createObserved, type Observed } from '../src/demo/observed.ts';
import { agentHost, endProcessesOf } from '../src/sandbox/host.ts';
import { randomFrom } from '../src/sandbox/random.ts';
import { type RunningInstance, type Sandbox, startSandbox } from '../src/sandbox/sandbox.ts';
import type { SoakOptions } from './options.ts';

/** How long an instance is idle before it retires, in ms. */
export const IDLE_THRESHOLD = 20_000;
/** Jobs at once on one instance. */
export const CONCURRENT = 2;

export interface SoakWorld {
  sandbox: Sandbox;
  dir: string;
  host: ReturnType<typeof agentHost>;
  observed: Observed;
  /** A number in [0, 1), of the seed. */
  random(): number;
  /** The instance behind a runner manager, null where it is not known. */
  instanceOf(systemId: string): string | null;
  /** Those that are in service now. */
  serving(): RunningInstance[];
  /** Ends everything; what it leaves on disk goes too, unless somebody is to look at it. */
  close(keep?: boolean): Promise<void>;
}

/** A group with real agents and real playbooks on a sandbox, whose agents are started again when they are killed. */
export async function startWorld({ seed, instances }: SoakOptions): Promise<SoakWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'drover-soak-'));
  const token = `glrt-t1_${randomBytes(15).toString('base64url')}`;
  const tokenFile = join(dir, 'token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const host = agentHost({
    root: packageRoot(),
    restartAfter: 300,
    runners: [{ name: 'soak', tokenFile }],
    config: {
      metadata: { interval: '1s' },
      metrics: { interval: '1s' },
      autoscaling: { interval: '2s' },
      lifecycle: {
        idleThreshold: `${IDLE_THRESHOLD}ms`,
        retryDelay: '500ms',
        retryDelayMax: '4s',
        recheck: '5s',
      },
      runner: { concurrent: CONCURRENT },
    },
  });
  const sandbox = await startSandbox({
    dir,
    host,
    gitlab: { acknowledgeLimit: 20_000 },
    group: {
      name: 'runners',
      minSize: 1,
      maxSize: instances + 3,
      desiredCapacity: instances,
      launchHook: { name: 'launch', heartbeatTimeout: 120, defaultResult: 'ABANDON' },
      terminateHook: { name: 'terminate', heartbeatTimeout: 60, defaultResult: 'CONTINUE' },
      shutdownDelay: 1_000,
    },
  });
  sandbox.gitlab.addRunner({ token, description: 'soak' });
  const instanceOf = rememberManagers(dir);
  // A manager's instance can be found only while its files are there.
  sandbox.log.subscribe(({ systemId }) => {
    if (typeof systemId === 'string') instanceOf(systemId);
  });
  const observed = createObserved(sandbox.log);
  return {
    sandbox,
    dir,
    host,
    observed,
    random: randomFrom(seed),
    instanceOf,
    serving: () => observed.inService().flatMap((id) => sandbox.instances.get(id) ?? []),
    async close(keep = false) {
      await sandbox.close();
      await endProcessesOf(dir);
      if (!keep) rmSync(dir, { recursive: true, force: true });
    },
  };
}
