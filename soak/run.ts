import { setTimeout as delay } from 'node:timers/promises';
import { between, weighted } from './chance.ts';
import { disturbances } from './disturbances.ts';
import { residentMb } from './memory.ts';
import { CONCURRENT, type SoakWorld } from './world.ts';

/** What was done to the group, and what was measured meanwhile. */
export interface Struck {
  counts: Map<string, number>;
  /** Samples of resident memory (MB), by the agent's pid. */
  memory: Map<number, number[]>;
  seconds: number;
}

export type Tell = (event: { event: string } & Record<string, unknown>) => void;

const MEMORY_INTERVAL = 5_000;
/** After the last disturbance: for the queue to empty, and for the group to be gone; in ms each. */
const PEACE = 300_000;
/** The mean length of a job (s), and a tide's length, from slack through too much work and back (ms). */
const JOB = 8;
const TIDE = 120_000;

/** Disturbs the group for so long, then lets the jobs end and takes every instance out of service. */
export async function soak(world: SoakWorld, minutes: number, tell: Tell): Promise<Struck> {
  const began = performance.now();
  const struck: Struck = { counts: new Map(), memory: new Map(), seconds: 0 };
  const elapsed = () => Math.round((performance.now() - began) / 100) / 10;
  const ending = AbortSignal.timeout(minutes * 60_000);
  const sampling = setInterval(() => sampleMemory(world, struck.memory), MEMORY_INTERVAL);
  try {
    await Promise.all([
      submitJobs(world, ending),
      disturb(world, ending, struck.counts, (name, whom) =>
        tell({ event: 'disturbance', seconds: elapsed(), what: name, whom }),
      ),
    ]);
    tell({ event: 'peace', seconds: elapsed() });
    await comeToRest(world);
  } finally {
    clearInterval(sampling);
  }
  struck.seconds = elapsed();
  return struck;
}

/** As much work as the group can do and a little more at high tide, next to none at low tide. */
async function submitJobs({ sandbox, random }: SoakWorld, ending: AbortSignal): Promise<void> {
  const began = performance.now();
  const slots = sandbox.autoscaling.desiredCapacity * CONCURRENT;
  while (!ending.aborted) {
    const tide = (1 - Math.cos(((performance.now() - began) / TIDE) * 2 * Math.PI)) / 2;
    sandbox.gitlab.addJob({ script: [`sleep ${between(random, 1, 2 * JOB - 1).toFixed(1)}`] });
    const meanwhile = (JOB * 1_000) / (slots * (0.05 + 1.1 * tide));
    await pause(Math.min(10_000, between(random, 0, 2 * meanwhile)), ending);
  }
}

async function disturb(
  world: SoakWorld,
  ending: AbortSignal,
  counts: Map<string, number>,
  tell: (name: string, whom: string) => void,
): Promise<void> {
  const { random } = world;
  const undone = new Set<() => void>();
  const later = (ms: number, undo: () => void) => {
    const once = () => {
      clearTimeout(timer);
      if (undone.delete(once)) undo();
    };
    const timer = setTimeout(once, ms);
    undone.add(once);
  };
  while (!ending.aborted) {
    await pause(between(random, 1_500, 6_000), ending);
    if (ending.aborted) break;
    const disturbance = weighted(random, disturbances);
    const whom = disturbance.strike(world, later);
    if (whom === null) continue;
    counts.set(disturbance.name, (counts.get(disturbance.name) ?? 0) + 1);
    tell(disturbance.name, whom);
  }
  for (const undo of [...undone]) undo();
  world.sandbox.faults.clear();
}

/** Nothing disturbs any more: every job ends, then every instance goes. */
async function comeToRest({ sandbox, observed }: SoakWorld): Promise<void> {
  const killed = () =>
    new Set(
      sandbox.log.entries.flatMap(({ subject, state, id }) =>
        subject === 'job' && state === 'killed' ? [id] : [],
      ),
    );
  const { desiredCapacity, minSize } = sandbox.autoscaling;
  sandbox.autoscaling.resize({ desiredCapacity: Math.max(2, desiredCapacity, minSize) });
  await until(() => {
    const gone = killed();
    const open = sandbox.gitlab.jobs.filter(({ state }) => !['success', 'failed'].includes(state));
    return open.every(({ id, state }) => state === 'running' && gone.has(id));
  });
  sandbox.autoscaling.resize({ minSize: 0, desiredCapacity: 0 });
  await until(() => [...observed.instances.keys()].every((id) => observed.isGone(id)));
}

/** Waits for the condition; what does not come about in time is what the report is for. */
async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + PEACE;
  while (!holds() && performance.now() < end) await delay(200);
}

function sampleMemory({ sandbox, host }: SoakWorld, memory: Map<number, number[]>): void {
  for (const id of sandbox.instances.keys()) {
    const pid = host.agentOf(id)?.pid;
    const mb = pid === undefined ? null : residentMb(pid);
    if (pid === undefined || mb === null) continue;
    memory.set(pid, [...(memory.get(pid) ?? []), mb]);
  }
}

/** Resolves after so long, or when it ends. */
const pause = (ms: number, ending: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal: ending }).catch(() => {});
