import { createPaint, type Paint } from '../terminal/paint.ts';

/** What the terminal shows of one event of a playbook run. */
export interface PlayEventText {
  event: string;
  task?: string | undefined;
  changed?: boolean | undefined;
  msg?: string | undefined;
  calls?: readonly string[] | undefined;
  diff?: string | undefined;
  /** What our own modules report. */
  facts?: Record<string, unknown> | undefined;
}

const marks: Record<string, string> = {
  ok: 'ok',
  item_ok: 'ok',
  failed: 'FAILED',
  unreachable: 'UNREACHABLE',
};

/** Ansible's own check of a role's arguments: only its failure is news. */
const argumentCheck = 'Validating arguments against arg spec';

/** What goes in red, what comes in green, as everywhere. */
const paintDiff = (diff: string, paint: Paint): string =>
  diff
    .split('\n')
    .map((line) => (line.startsWith('+') ? paint.green(line) : line.startsWith('-') ? paint.red(line) : line))
    .join('\n');

/** One line a task when it has ended, its calls below it, diffs as they are; null for what says nothing new. */
export function describePlayEvent(
  event: PlayEventText,
  check: boolean,
  paint: Paint = createPaint(false),
): string | null {
  if (event.event === 'diff') return paintDiff(event.diff?.trimEnd() ?? '', paint) || null;
  if (event.event === 'retry') return `  again    ${event.task ?? ''}${event.msg ? `: ${event.msg}` : ''}`;
  const mark = marks[event.event];
  if (mark === undefined) return null;
  if (mark === 'ok' && event.task?.includes(argumentCheck)) return null;
  const shown = mark === 'ok' && event.changed ? (check ? 'would' : 'changed') : mark;
  const why = event.msg || event.facts?.reason;
  const colour = shown === 'ok' ? paint.green : shown.toUpperCase() === shown ? paint.red : paint.yellow;
  const lines = [`  ${colour(shown.padEnd(8))} ${event.task ?? ''}${why ? `: ${why}` : ''}`];
  for (const call of event.calls ?? []) lines.push(`           ${check ? 'would call' : 'called'} ${call}`);
  return lines.join('\n');
}
