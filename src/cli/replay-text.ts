import { canonical, type Decision, type Difference, type Replay } from '../engine/replay.ts';
import { type Paint, paintFor } from '../terminal/paint.ts';
import { printable } from '../terminal/printable.ts';

/** The members of a decision that differ, in words: `was` and `now` of each. */
function changesIn(was: Decision, now: Decision): { what: string; was: string; now: string }[] {
  const changes = [{ what: 'state', was: was.to, now: now.to }];
  changes.push({ what: 'commands', was: commandsOf(was), now: commandsOf(now) });
  for (const key of new Set([...Object.keys(was.context), ...Object.keys(now.context)])) {
    changes.push({
      what: `remembered ${key}`,
      was: canonical(was.context[key] ?? null),
      now: canonical(now.context[key] ?? null),
    });
  }
  changes.push({ what: 'timers', was: timersOf(was), now: timersOf(now) });
  return changes.filter((change) => change.was !== change.now);
}

const commandsOf = ({ commands }: Decision): string =>
  commands.map((command) => canonical(command)).join(' ') || 'none';

const timersOf = ({ timers }: Decision): string =>
  timers
    .map(({ id, at }) => `${id} at ${iso(at)}`)
    .sort()
    .join(', ') || 'none';

/** One difference for programs. */
export function differenceLine({ entry, at, from, event, was, now, problem }: Difference): object {
  const changes = now === null ? [] : changesIn(was, now);
  return { event: 'difference', entry, at: iso(at), from, reading: event, to: was.to, problem, changes };
}

/** The whole replay for people. */
export function describeReplay(replay: Replay, damaged: number, env: NodeJS.ProcessEnv): string {
  const paint = paintFor(process.stdout, env);
  const { steps, taken, differences } = replay;
  const lines = differences.flatMap((difference) => describe(difference, paint));
  if (damaged > 0) lines.push(`${damaged} damaged lines of the journal were passed over`);
  if (taken > 0) lines.push(`${taken} entries could not be tried: the entry before them is missing`);
  lines.push(
    differences.length === 0
      ? paint.green(`${steps} decisions replayed: each would be the same today`)
      : paint.red(`${steps} decisions replayed: ${differences.length} would be different today`),
  );
  return lines.join('\n');
}

function describe({ entry, at, from, event, was, now, problem }: Difference, paint: Paint): string[] {
  const head = `entry ${entry}, ${iso(at)}: in ${from ?? 'no state'}, on ${printable(event)}`;
  const lines = [paint.bold(printable(head))];
  if (now === null)
    return [...lines, `  was  ${printable(was.to)}`, `  now  no decision: ${printable(problem ?? '')}`, ''];
  for (const { what, was: before, now: today } of changesIn(was, now)) {
    lines.push(`  ${what}`, `    was  ${printable(before)}`, `    now  ${printable(today)}`);
  }
  return [...lines, ''];
}

const iso = (at: number): string => (Number.isFinite(at) ? new Date(at).toISOString() : 'no time');
