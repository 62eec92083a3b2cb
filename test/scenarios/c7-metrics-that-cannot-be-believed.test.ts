import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readEntries } from '../../src/engine/journal.ts';
import { stateName } from '../../src/engine/record.ts';
import type { RunningInstance } from '../../src/sandbox/sandbox.ts';
import { makeFaultyRunner, metricsFault } from './faulty-runner.ts';
import { scenario, type World } from './world.ts';

/** What is wrong with each instance's metrics (fixtures/faulty-metrics.mjs); `foreign`: another program answers on the port, quite believably. */
const FAULTS = ['closed', 'hang slow', 'truncated reset', 'cut', 'absent error throttle', 'foreign'] as const;

let directory: string;
let binary: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'drover-runner-'));
  binary = makeFaultyRunner(directory);
});
afterAll(() => rmSync(directory, { recursive: true }));

const stateOf = ({ dir }: RunningInstance): string => {
  const last = readEntries(join(dir, 'state')).at(-1);
  return last === undefined ? 'none' : stateName(last.record.value);
};

const metricsUrl = ({ metricsPort }: RunningInstance) => `http://127.0.0.1:${metricsPort}/metrics`;

/** Another program on the runner's port: answers for ever with what the runner last said. */
async function impersonate(instance: RunningInstance): Promise<Server> {
  const said = await (await fetch(metricsUrl(instance))).text();
  writeFileSync(metricsFault(instance), 'closed');
  const server = createServer((_, response) => response.end(said));
  await expect
    .poll(
      () =>
        new Promise<boolean>((resolve) => {
          server.once('error', () => resolve(false));
          server.listen(instance.metricsPort, '127.0.0.1', () => resolve(true));
        }),
      { timeout: 10_000 },
    )
    .toBe(true);
  return server;
}

/** Every agent looks at the group this many times more. */
async function looks({ seen, sandbox }: World, ids: string[], times: number): Promise<void> {
  const from = sandbox.log.entries.length;
  const left = new Map(ids.map((id) => [id, times]));
  await seen(({ seq, operation, instanceId = '' }) => {
    const more = left.get(instanceId);
    if (seq <= from || operation !== 'DescribeAutoScalingInstances' || more === undefined) return false;
    if (more === 1) left.delete(instanceId);
    else left.set(instanceId, more - 1);
    return left.size === 0;
  }, 120_000);
}

it('C7: metrics that are down, hanging, late, reset, refused, truncated, lacking series or another program’s are unknown: no scaling, no retirement; then all recovers', async () => {
  const size = FAULTS.length;
  const options = {
    group: { desiredCapacity: size, maxSize: size + 2 },
    config: {
      runner: { binary },
      metrics: { timeout: '400ms' },
      lifecycle: { idleThreshold: '5s' },
    },
  };
  await scenario(options, async (world) => {
    const { seen, entries, sandbox } = world;
    // Nobody retires while the others are still starting: each has its fault as soon as it serves.
    const servers: Server[] = [];
    const broken = new Map<string, Promise<unknown>>();
    const breakIt = async (id: string) => {
      const instance = sandbox.instances.get(id);
      const fault = FAULTS[broken.size];
      if (instance === undefined || fault === undefined) throw new Error(`no fault for ${id}`);
      if (fault === 'foreign') servers.push(await impersonate(instance));
      else writeFileSync(metricsFault(instance), fault);
    };
    await seen(({ subject, state, instanceId = '' }) => {
      if (subject === 'instance' && state === 'InService' && !broken.has(instanceId)) {
        const done = breakIt(instanceId);
        broken.set(instanceId, done);
        done.catch(() => {});
      }
      return broken.size === size;
    }, 120_000);
    await Promise.all(broken.values());
    const ids = [...broken.keys()];
    const instances = ids.flatMap((id) => sandbox.instances.get(id) ?? []);
    await expect
      .poll(() => instances.map(stateOf), { timeout: 20_000 })
      .toEqual(ids.map(() => 'inService.unknown'));

    // Every runner is full, and nobody asks for more.
    const jobs = ids.map(() => sandbox.gitlab.addJob({ script: ['sleep 4'] }));
    for (const { id } of jobs) await seen({ subject: 'job', id, state: 'running' });
    for (const { id } of jobs) await seen({ subject: 'job', id, state: 'success' });
    // Idle for longer than the threshold, and nobody retires.
    await looks(world, ids, 8);
    expect(entries({ operation: 'SetDesiredCapacity' })).toEqual([]);
    expect(entries({ operation: 'TerminateInstanceInAutoScalingGroup' })).toEqual([]);
    expect(instances.map(stateOf)).toEqual(ids.map(() => 'inService.unknown'));

    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
    for (const instance of instances) rmSync(metricsFault(instance));
    for (const id of ids) await seen({ subject: 'instance', state: 'Terminated', instanceId: id }, 120_000);
    expect(sandbox.gitlab.runners.map(({ managers }) => managers.size)).toEqual([0]);
    expect(sandbox.autoscaling.desiredCapacity).toBe(0);
  });
}, 400_000);
