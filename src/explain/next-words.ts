import type { LifecycleRecord } from '../engine/record.ts';
import { inWords } from '../terminal/duration-words.ts';

/** What each timer of the chart will lead to when nothing else comes before it. */
const consequences: Record<string, string> = {
  idleThreshold: 'without a job until then, the instance is retired',
  launchLimit: 'a launch that is not through by then is given up',
  retryDelay: 'the next try begins',
  forceLimit: 'a runner that still runs is killed',
  recheck: 'Drover looks again',
  heartbeat: 'the next heartbeat keeps the lifecycle hook open',
  deadline: 'the drain is forced: running jobs are ended',
  maintenance: 'the runner takes no new job, ahead of the maintenance',
};

/** What comes next by the clock: a line a timer of the record, the nearest first. `now` in ms since the epoch. */
export function comingNext({ timers }: LifecycleRecord, now: number): string[] {
  return [...timers]
    .sort((one, other) => one.at - other.at)
    .flatMap(({ id, at }) => {
      const consequence = consequences[/^xstate\.after\.([^.]+)\./.exec(id)?.[1] ?? id];
      if (consequence === undefined) return [];
      const when = at > now ? `in ${inWords(at - now)}` : 'any moment now';
      return `${when}: ${consequence}`;
    });
}
