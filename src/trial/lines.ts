import type { Trial } from './trial.ts';

/** A trial for programs: a line a task of each play, a line a verdict, and the summary. */
export function trialLines({ plays, verdicts }: Trial): object[] {
  const tasks = (['check', 'real', 'again'] as const).flatMap((play) =>
    plays[play].tasks.map((task) => ({ event: 'task', play, ...task })),
  );
  const summary = {
    event: 'summary',
    ...Object.fromEntries(verdicts.map(({ question, good }) => [question, good])),
    calls: plays.real.tasks.flatMap(({ calls }) => calls),
    files: plays.real.files,
    ms: { check: plays.check.took, real: plays.real.took, again: plays.again.took },
  };
  return [...tasks, ...verdicts.map((verdict) => ({ event: 'verdict', ...verdict })), summary];
}
