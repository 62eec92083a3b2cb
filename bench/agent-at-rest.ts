import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { launchAgent, logged, pidOf } from './lib/agent.ts';
import type { Figure } from './lib/figure.ts';
import { cpuNanoseconds, memoryOf } from './lib/process.ts';
import { median } from './lib/stats.ts';
import { delay } from './lib/wait.ts';
import { inWorld } from './lib/world.ts';

const POLLER = fileURLToPath(new URL('naive/poller.mjs', import.meta.url));
/** The slowest source looks every 30 s: a shorter window may miss it. */
const WHOLE_WINDOW = 90_000;
/** After its arrival in service, until nothing of the launch is left to be done. */
const SETTLE = 15_000;
const MAX_RSS = 80;
const MAX_CPU = 0.5;

/**
 * The agent's process at rest, in service and idle, on the default intervals, beside a bare Node process that sends
 * the same requests. CPU binds by the mean over the whole time: no window can hide what another one pays.
 */
export function agentAtRest(pairs: number): Promise<Figure[]> {
  return inWorld({}, async (world) => {
    const instance = await launchAgent(world);
    await logged(instance, { msg: 'transition', to: 'inService.idle' });
    const pid = pidOf(world, instance);
    const metrics = `http://127.0.0.1:${instance.metricsPort}/metrics`;
    const poller = spawn(process.execPath, [POLLER, instance.metadataUrl, metrics], { stdio: 'inherit' });
    try {
      await once(poller, 'spawn');
      await delay(SETTLE);
      return figures(await watch([pid, Number(poller.pid)], pairs));
    } finally {
      poller.kill('SIGKILL');
    }
  });
}

type Sample = { memory: ReturnType<typeof memoryOf>; cpu: number };

/** Samples of each process, taken in the same windows. */
async function watch(pids: [number, number], pairs: number): Promise<[Sample[], Sample[]]> {
  const samples: [Sample[], Sample[]] = [[], []];
  for (let pair = 0; pair < pairs; pair += 1) {
    const began = performance.now();
    const before = pids.map(cpuNanoseconds);
    await delay(Math.max(WHOLE_WINDOW / pairs, 1_000));
    const elapsed = (performance.now() - began) * 1e6;
    for (const [index, pid] of pids.entries()) {
      const cpu = ((cpuNanoseconds(pid) - (before[index] ?? 0)) / elapsed) * 100;
      samples[index]?.push({ memory: memoryOf(pid), cpu });
    }
  }
  return samples;
}

function figures([ours, theirs]: [Sample[], Sample[]]): Figure[] {
  const against = 'bare Node with the same requests';
  return [
    {
      figure: 'agent-rss',
      unit: 'MB',
      ours: ours.map(({ memory }) => memory.rss),
      baseline: theirs.map(({ memory }) => memory.rss),
      against,
      bound: { of: 'worst', atMost: MAX_RSS },
      also: {
        pss: median(ours.map(({ memory }) => memory.pss)),
        uss: median(ours.map(({ memory }) => memory.uss)),
      },
    },
    {
      figure: 'agent-cpu',
      unit: '% of a core',
      ours: ours.map(({ cpu }) => cpu),
      baseline: theirs.map(({ cpu }) => cpu),
      against,
      bound: { of: 'mean', atMost: MAX_CPU },
    },
  ];
}
