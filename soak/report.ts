import { summarize } from '../src/demo/summary.ts';
import { detailsOf } from './details.ts';
import { falseTerminations } from './false-terminations.ts';
import { judgeMemory, type Memory } from './memory.ts';
import type { Struck } from './run.ts';
import { IDLE_THRESHOLD, type SoakWorld } from './world.ts';

/** The last line of `npm run soak -- --json`: the summary of `drover demo --json`, and what a soak is for. */
export interface SoakSummary extends ReturnType<typeof summarize> {
  seed: number;
  /** In words; none is right. */
  falseTerminations: string[];
  memory: Memory;
  /** Jobs lost, runners left and hooks timed out, one by one, in words. */
  details: string[];
  /** How often each disturbance came. */
  disturbances: Record<string, number>;
}

/** What became of everything, when the group has been emptied. */
export function reportOf(world: SoakWorld, struck: Struck, seed: number): SoakSummary {
  const { sandbox, observed, instanceOf } = world;
  const summary = summarize(sandbox.gitlab, observed, struck.seconds);
  const killed = new Set(
    sandbox.log.entries.flatMap(({ subject, state, id }) =>
      subject === 'job' && state === 'killed' ? [id] : [],
    ),
  );
  // Their runner was killed before it could report them: that was the soak, not Drover.
  const ended = sandbox.gitlab.jobs.filter((job) => killed.has(job.id) && job.state === 'running').length;
  return {
    ...summary,
    jobs: {
      finished: summary.jobs.finished,
      ended: summary.jobs.ended + ended,
      lost: summary.jobs.lost - ended,
    },
    seed,
    falseTerminations: falseTerminations(sandbox.log.entries, instanceOf, IDLE_THRESHOLD),
    memory: judgeMemory(struck.memory.values()),
    details: detailsOf(world, killed),
    disturbances: Object.fromEntries(struck.counts),
  };
}

/** What is not as it must be, in words; empty when all is well. */
export function problemsOf({ jobs, runners, hooks, falseTerminations, instances }: SoakSummary): string[] {
  const alive = instances.launched - instances.terminated;
  return [
    jobs.lost > 0 ? `jobs lost: ${jobs.lost}` : '',
    runners.left > 0 ? `runners left in GitLab: ${runners.left}` : '',
    hooks.open > 0 ? `lifecycle actions open: ${hooks.open}` : '',
    hooks.timedOut > 0 ? `lifecycle actions timed out: ${hooks.timedOut}` : '',
    alive > 0 ? `instances still there: ${alive}` : '',
    ...falseTerminations.map((why) => `false termination: ${why}`),
  ].filter((problem) => problem !== '');
}

/** The report for people. */
export function toText(summary: SoakSummary): string {
  const { jobs, runners, hooks, instances, seconds, memory, disturbances, seed } = summary;
  const rows: Array<[string, string]> = [
    ['seed', `${seed}`],
    ['time', `${seconds} s`],
    ['jobs', `${jobs.finished} finished, ${jobs.ended} ended on purpose, ${jobs.lost} lost`],
    ['runners left', `${runners.left}`],
    ['hooks', `${hooks.timedOut} timed out, ${hooks.open} open`],
    ['instances', `${instances.launched} launched, ${instances.terminated} terminated`],
    ['false terminations', `${summary.falseTerminations.length}`],
    [
      'memory of the agents',
      `${memory.mostMb} MB at most; growth ${memory.growthMb} MB at most (${memory.agents} judged)`,
    ],
    ...Object.entries(disturbances).map(([name, times]): [string, string] => [name, `${times}`]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const problems = problemsOf(summary).map((problem) => `PROBLEM: ${problem}`);
  const lines = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
  return [...lines, ...problems, ...summary.details.map((detail) => `  ${detail}`)].join('\n');
}
