import type { Played } from './played.ts';

/** One question about a playbook and its answer. */
export interface Verdict {
  question: 'works' | 'honest check mode' | 'idempotent' | 'keeps secrets';
  good: boolean;
  /** What speaks against it; empty where it is good. */
  against: string[];
}

export interface Plays {
  /** In check mode, on the untouched world. */
  check: Played;
  real: Played;
  /** For real, on what the one before it left. */
  again: Played;
}

/** Judges a playbook by its three plays. `secrets` are looked for in all that it printed. */
export function judgePlays({ check, real, again }: Plays, secrets: readonly string[]): Verdict[] {
  return [
    verdict('works', [
      ...failures(check, 'in check mode'),
      ...failures(real, 'for real'),
      ...failures(again, 'again'),
    ]),
    verdict('honest check mode', checkModeFaults(check, real)),
    verdict('idempotent', repetitions(again)),
    verdict('keeps secrets', leaks({ check, real, again }, secrets)),
  ];
}

const verdict = (question: Verdict['question'], against: string[]): Verdict => ({
  question,
  good: against.length === 0,
  against,
});

function failures({ exitCode, tasks }: Played, when: string): string[] {
  const failed = tasks.filter((task) => task.failed !== null);
  if (failed.length > 0) return failed.map(({ name, failed: why }) => `${when}, ${name} failed: ${why}`);
  return exitCode === 0 ? [] : [`${when} it ended with ${exitCode ?? 'a signal'}`];
}

/** Check mode must change nothing, and announce just what a real run changes. */
function checkModeFaults(check: Played, real: Played): string[] {
  const said = new Map(check.tasks.map((task) => [task.name, task.changed]));
  return [
    ...check.tasks.flatMap(({ name, really }) =>
      really ? [`${name} changes something in check mode too, with check_mode: false`] : [],
    ),
    ...check.tasks.flatMap(({ name, calls }) => calls.map((call) => `${name} called ${call} in check mode`)),
    ...check.changes.map((change) => `in check mode: ${change}`),
    ...check.files.map((file) => `check mode changed ${file}`),
    ...real.tasks.flatMap(({ name, changed }) => {
      const announced = said.get(name);
      if (changed === true && announced === false)
        return [`${name} changes something, and check mode says that it does not`];
      if (changed === true && announced === null)
        return [`${name} changes something, and is skipped in check mode`];
      if (changed === false && announced === true)
        return [`${name} changes nothing, and check mode says that it would`];
      return [];
    }),
  ];
}

/** A call may be made again, such as one that asks for what is so already: what counts is that nothing changes. */
function repetitions({ tasks, changes, files }: Played): string[] {
  return [
    ...tasks.flatMap(({ name, changed }) =>
      changed === true ? [`${name} says "changed" the second time too`] : [],
    ),
    ...changes.map((change) => `the second time too: ${change}`),
    ...files.map((file) => `the second time too, ${file} changed`),
  ];
}

function leaks(plays: Plays, secrets: readonly string[]): string[] {
  const when = { check: 'check mode', real: 'the real run', again: 'the second run' };
  return (Object.keys(when) as (keyof Plays)[]).flatMap((play) =>
    secrets.some((secret) => plays[play].output.includes(secret))
      ? [`the output of ${when[play]} holds a secret: no_log on the task, or a module that masks it`]
      : [],
  );
}
