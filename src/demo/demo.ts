import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { endProcessesOf } from '../sandbox/host.ts';
import { followAgents } from './agent-log.ts';
import { narrator } from './narrate.ts';
import { outcomeTables } from './outcome.ts';
import { openPageUnless } from './page.ts';
import { openStage, type Stage, stageAgents } from './stage.ts';
import { playStory } from './story.ts';
import { type DemoSummary, problemsOf, summarize } from './summary.ts';
import type { Tell } from './told.ts';
import { createWorld } from './world.ts';

export interface DemoOptions {
  /** Keep the directory, also after success. */
  keep: boolean;
  /** A gitlab-runner executable instead of the sandbox's own. */
  runner?: string | undefined;
  /** The port of the status page; null: no page; default: 9180, or any free one. */
  page?: number | null | undefined;
  signal: AbortSignal;
  tell: Tell;
}

export interface DemoResult {
  summary: DemoSummary;
  /** Empty when the story went well. */
  problems: string[];
  /** The directory with journals and logs; null: removed. */
  kept: string | null;
}

/** Times are short, so that the story is; only configured durations are: processes, Ansible and the clock are real. */
const config = {
  runner: { concurrent: 2 },
  metadata: { interval: '1s' },
  metrics: { interval: '1s' },
  autoscaling: { interval: '2s' },
  lifecycle: { idleThreshold: '8s', recheck: '5s', retryDelay: '1s' },
};

const group = {
  name: 'runners',
  minSize: 1,
  maxSize: 3,
  desiredCapacity: 1,
  launchHook: { name: 'runners-launching', heartbeatTimeout: 20, defaultResult: 'ABANDON' },
  terminateHook: { name: 'runners-terminating', heartbeatTimeout: 9, defaultResult: 'ABANDON' },
} as const;

/** Plays the story on a sandbox of its own. A story that fails is a result with problems; an abort throws its reason. */
export async function runDemo({ keep, runner, page, signal, tell }: DemoOptions): Promise<DemoResult> {
  const started = Date.now();
  const stage = await openStage({ prefix: 'drover-demo-', group, host: stageAgents(config, runner) });
  let clean = signal.aborted;
  try {
    const result = await play(stage, { started, page, signal, tell });
    clean = result.problems.length === 0;
    return { ...result, kept: clean && !keep ? null : stage.dir };
  } catch (error) {
    clean = signal.aborted;
    throw error;
  } finally {
    await stage.sandbox.close();
    await endProcessesOf(join(stage.dir, 'instances'));
    if (clean && !keep) rmSync(stage.dir, { recursive: true, force: true });
  }
}

async function play(
  { sandbox, dir, agents }: Stage,
  { started, page: port, signal, tell }: Pick<DemoOptions, 'page' | 'signal' | 'tell'> & { started: number },
) {
  const world = createWorld(sandbox, dir, group.name, signal);
  const page = await openPageUnless(port, { title: 'demo', sandbox, dir, names: world, agents });
  if (page !== null) {
    tell({ text: `Status page: ${page.url}`, event: { event: 'page', url: page.url } });
  }
  const narrate = narrator(world, started, (told) => {
    tell(told);
    page?.tell(told);
  });
  sandbox.log.entries.forEach(narrate.entry);
  sandbox.log.subscribe(narrate.entry);
  const unfollow = followAgents(dir, sandbox.log, narrate.transition);
  const failures: string[] = [];
  try {
    await playStory(world, narrate.step);
  } catch (error) {
    if (signal.aborted) throw error;
    failures.push((error as Error).message);
  } finally {
    unfollow();
    await page?.close();
  }
  const { observed, nameOfJob, instanceOfManager } = world;
  const summary = summarize(sandbox.gitlab, observed, (Date.now() - started) / 1_000);
  const tables = outcomeTables({
    jobs: sandbox.gitlab.jobs,
    instances: observed.instances.values(),
    entries: sandbox.log.entries,
    nameOfJob,
    instanceOfManager,
    started,
  });
  for (const table of tables) tell(table);
  return { summary, problems: [...failures, ...problemsOf(summary)] };
}
