import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { httpRequest } from '../../../src/net/http-request.ts';
import { Faults } from '../../../src/sandbox/faults.ts';
import { freePort } from '../../../src/sandbox/free-port.ts';
import { EventLog } from '../../../src/sandbox/log.ts';
import { startMetadataServer } from '../../../src/sandbox/metadata/server.ts';
import { type MaintenanceEvent, type MetadataView, newView } from '../../../src/sandbox/metadata/view.ts';
import { RoleCredentials } from '../../../src/sandbox/role-credentials.ts';

/** What a metadata service announces, all of it together; times in ms since the epoch, whole seconds. */
export interface Announced {
  action: 'terminate' | 'stop' | 'hibernate';
  time: number;
  rebalance: number;
  event: Omit<MaintenanceEvent, 'id' | 'description'>;
}

export interface MetadataService {
  endpoint: string;
  port: number;
  /** Its role, which names the item of the credentials. */
  role: string;
  close(): Promise<void>;
}

export interface StartOptions {
  /** Default: any. */
  port?: number;
  /** Announces nothing before, in whole seconds from its start. */
  after?: number;
}

/** Starts one: quiet (InService and nothing else) or with what it announces. */
export type StartService = (announced: Announced | null, options?: StartOptions) => Promise<MetadataService>;

const EVENT_ID = 'instance-event-1234567890abcdef0';

/** The sandbox's, of one instance. */
export const sandboxService =
  (clock: Clock): StartService =>
  async (announced, { port, after = 0 } = {}) => {
    const view = sandboxView(clock);
    const begin = () => announced && announce(view, announced);
    const timer = after > 0 ? setTimeout(begin, after * 1_000) : begin();
    const service = await startMetadataServer({
      clock,
      log: new EventLog(clock),
      faults: new Faults(),
      view: () => view,
      ...(port === undefined ? {} : { port }),
    });
    const close = () => {
      clearTimeout(timer ?? undefined);
      return service.close();
    };
    return { endpoint: service.url, port: service.port, role: view.role, close };
  };

function sandboxView(clock: Clock): MetadataView {
  const instance = {
    id: 'i-0123456789abcdef0',
    lifecycleState: 'InService',
    health: 'Healthy' as const,
    scaleInProtected: false,
    availabilityZone: 'us-east-1a',
    launchedAt: Date.UTC(2026, 0, 1),
    address: '10.0.0.7',
    actions: new Map(),
    returning: false,
  };
  const keys = new RoleCredentials(clock);
  const credentials = () => keys.of(instance.id);
  const view = newView(instance, { region: 'us-east-1', lifeCycle: 'spot', credentials });
  return { ...view, target: 'InService', tags: { Name: 'test-instance', Test: 'tag' } };
}

function announce(view: MetadataView, { action, time, rebalance, event }: Announced): void {
  view.target = 'Terminated';
  view.interruption = { action, time };
  view.rebalance = rebalance;
  view.maintenance = [{ ...event, id: EVENT_ID, description: `The instance is scheduled for ${event.code}` }];
}

/** The mock's: one process, told everything by its configuration file. */
export const mockService =
  (command: string): StartService =>
  async (announced, options = {}) => {
    const port = options.port ?? (await freePort());
    const dir = mkdtempSync(join(tmpdir(), 'drover-metadata-mock-'));
    const file = join(dir, 'config.json');
    writeFileSync(file, JSON.stringify(mockConfig(port, announced, options.after)));
    const child = spawn(command, ['--config-file', file], { cwd: dir, env: { HOME: dir }, stdio: 'ignore' });
    const endpoint = `http://127.0.0.1:${port}`;
    await vi.waitFor(() => httpRequest({ url: endpoint, timeout: 1_000, maxBytes: 10_000 }), {
      timeout: 20_000,
    });
    return { endpoint, port, role: 'baskinc-role', close: () => end(child, dir) };
  };

async function end(child: ChildProcess, dir: string): Promise<void> {
  const gone = child.exitCode === null ? once(child, 'exit') : null;
  child.kill('SIGKILL');
  await gone;
  rmSync(dir, { recursive: true });
}

const rfc3339 = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

function mockConfig(port: number, announced: Announced | null, after?: number): object {
  const trigger = announced === null ? '2099-12-31T00:00:00Z' : '2020-01-01T00:00:00Z';
  return {
    imdsv2: true,
    server: { hostname: '127.0.0.1', port: String(port) },
    'mock-ip-count': -1,
    ...Object.fromEntries(
      ['mock', 'rebalance', 'asg-termination'].map((what) =>
        after === undefined ? [`${what}-trigger-time`, trigger] : [`${what}-delay-sec`, after],
      ),
    ),
    metadata: { values: { 'instance-life-cycle': 'spot' } },
    ...(announced && {
      spot: {
        action: announced.action,
        time: rfc3339(announced.time),
        'rebalance-rec-time': rfc3339(announced.rebalance),
      },
      events: {
        code: announced.event.code,
        state: announced.event.state,
        'not-before': rfc3339(announced.event.notBefore),
        'not-after': rfc3339(announced.event.notAfter ?? 0),
      },
    }),
  };
}
