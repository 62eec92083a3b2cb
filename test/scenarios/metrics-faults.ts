import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { FaultKind } from '../../src/sandbox/faults.ts';
import { type Cost, faultyLife } from './faults.ts';
import { makeFaultyRunner, metricsFault, metricsStruck } from './faulty-runner.ts';
import type { Life } from './lives.ts';

/** The call that no service of the sandbox is asked: the runner's own page. */
export const SCRAPE = { service: 'metrics', operation: 'scrape' } as const;

/** A scrape has no effect, so that an answer that is lost is one that breaks off. */
const WORDS = { lost: 'truncated' } as Partial<Record<FaultKind, string>>;

/** Plays a life in which one scrape of the runner's metrics fails: L1's first, and in any other the next in service. */
export async function lifeWithMetricsFault(life: Life, kind: FaultKind): Promise<Cost> {
  const directory = mkdtempSync(join(tmpdir(), 'drover-runner-'));
  const runner = { ...life.options.config?.runner, binary: makeFaultyRunner(directory) };
  const from = { subject: 'instance', state: life.id === 'L1' ? 'Pending' : 'InService' } as const;
  let struck = false;
  try {
    const faulty: Life = {
      ...life,
      options: { ...life.options, config: { ...life.options.config, runner } },
      async play(world) {
        const { instanceId = '' } = await world.seen(from, 600_000);
        const instance = { dir: join(world.dir, 'instances', instanceId) };
        // The group tells of an instance before there is one.
        await vi.waitUntil(() => existsSync(instance.dir), { timeout: 60_000, interval: 20 });
        writeFileSync(metricsFault(instance), `once ${WORDS[kind] ?? kind}`);
        await life.play(world);
        struck = metricsStruck(instance);
      },
    };
    return { ...(await faultyLife(faulty, () => {})), struck: struck ? 1 : 0 };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
