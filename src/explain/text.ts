import type { JournalEntry } from '../engine/journal-format.ts';
import type { LifecycleRecord } from '../engine/record.ts';
import { inWords } from '../terminal/duration-words.ts';
import type { Paint } from '../terminal/paint.ts';
import { printable } from '../terminal/printable.ts';
import { wrap } from '../terminal/wrap.ts';
import { calendarDay, clockTime } from './clock-time.ts';
import type { DidLine, Explanation } from './explanation.ts';
import { comingNext } from './next-words.ts';

export interface ExplanationTextOptions {
  paint: Paint;
  /** Columns. */
  width: number;
  /** In ms since the epoch. */
  now: number;
}

/** The whole explanation for people: a heading, a paragraph a decision, and what comes next. */
export function describeExplanation(
  { record, dryRun }: JournalEntry,
  explanations: readonly Explanation[],
  options: ExplanationTextOptions,
): string {
  const { paint, width, now } = options;
  const lines: string[] = [...heading(record, options)];
  if (dryRun) lines.push(...wrap(nothingDone, width, '').map((line) => paint.yellow(line)));
  let day = '';
  for (const explanation of explanations) {
    if (calendarDay(explanation.at) !== day) {
      day = calendarDay(explanation.at);
      lines.push('', paint.dim(`${day}, times in UTC`));
    }
    lines.push('', ...paragraph(explanation, options));
  }
  const next = comingNext(record, now);
  if (next.length > 0 && record.value !== 'released') {
    lines.push('', paint.bold('What comes next, unless something else does'));
    for (const one of next) lines.push(...wrap(one, width, '  '));
  }
  return lines.join('\n');
}

const nothingDone =
  'dry run: nothing of this was done. What says "not" was withheld, and playbooks ran in check mode; Drover then went on as if it had succeeded.';

function heading(
  { instanceId, life, context }: LifecycleRecord,
  { paint }: ExplanationTextOptions,
): string[] {
  const group = context.group === null ? '' : ` in group ${printable(context.group.groupName, 100)}`;
  const again = life > 1 ? `, life ${life}` : '';
  return [`${paint.bold(printable(instanceId, 40))}${group}${again}`];
}

function paragraph(explanation: Explanation, { paint, width, now }: ExplanationTextOptions): string[] {
  const { at, until, to, saw, so, did, noticed } = explanation;
  const lasted = (until ?? Math.max(now, at)) - at;
  const lasting = `${until === null ? 'since' : 'for'} ${lasted < 1_000 ? 'a moment' : inWords(lasted)}`;
  const time = clockTime(at);
  const lines = [`${paint.dim(time)}  ${paint.bold(printable(to, 80))}  ${paint.dim(lasting)}`];
  const say = (label: string, text: string, colour = (plain: string) => plain) => {
    for (const line of wrap(text, width, `          ${label.padEnd(5)}`)) lines.push(colour(line));
  };
  say('saw', saw);
  say('so', so);
  for (const line of did) {
    say(line.outcome === 'withheld' ? 'not' : 'did', didText(line, at), colourOf(line, paint));
  }
  for (const note of noticed)
    say('also', `${note.at - at < 1_000 ? '' : `${clockTime(note.at)} `}${note.text}`);
  return lines;
}

/** A command that was given later than the state was entered says when. */
function didText({ at, text, ending, times }: DidLine, entered: number): string {
  const when = at - entered < 1_000 ? '' : `${clockTime(at)} `;
  return times === 1 ? `${when}${text}: ${ending}` : `${when}${text}, ${times} times: ${ending}`;
}

function colourOf({ outcome }: DidLine, paint: Paint): (text: string) => string {
  if (outcome === 'failed') return paint.red;
  return outcome === 'open' ? paint.yellow : (text) => text;
}
