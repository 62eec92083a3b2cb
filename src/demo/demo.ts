import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { endProcessesOf } from '../sandbox/host.ts';
import { followAgents } from './agent-log.ts';
import { narrator } from './narrate.ts';
import { outcomeTables } from './outcome.ts';
import { openPageUnless, type PagePort } from './page.ts';
import { openStage, type Stage, stageAgents } from './stage.ts';
import { playStory } from './story.ts';
import { type DemoSummary, problemsOf, summarize } from './summary.ts';
import type { Tell } from './told.ts';
import { createWorld, type OnHosts } from './world.ts';

export interface DemoOptions {
  /** Keep the directory, also after success. */
  keep: boolean;
  /** A gitlab-runner executable instead of the sandbox's own. */
  runner?: string | undefined;
  /** The port of the status page; default: 9180, or any free one. */
  page?: PagePort | undefined;
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
export const demoConfig = {
  runner: { concurrent: 2 },
  metadata: { interval: '1s' },
  metrics: { interval: '1s' },
  autoscaling: { interval: '2s' },
  lifecycle: { idleThreshold: '8s', recheck: '5s', retryDelay: '1s' },
};

export const demoGroup = {
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
  const stage = await openStage({
    prefix: 'drover-demo-',
    group: demoGroup,
    host: stageAgents(demoConfig, runner),
  });
  let clean = signal.aborted;
  try {
    const result = await playOnStage(stage, { started, page, signal, tell });
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

interface PlayOptions extends Pick<DemoOptions, 'page' | 'signal' | 'tell'> {
  started: number;
  onHosts?: OnHosts;
}

/** Plays the story on a stage, tells it as it goes, and judges it by its end. */
export async function playOnStage(
  { sandbox, dir, agents }: Pick<Stage, 'sandbox' | 'dir' | 'agents'>,
  { started, page: port, signal, tell, onHosts }: PlayOptions,
): Promise<Omit<DemoResult, 'kept'>> {
  const world = createWorld(sandbox, dir, demoGroup.name, signal, onHosts);
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
