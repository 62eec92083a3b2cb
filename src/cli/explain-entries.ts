import type { JournalEntry } from '../engine/journal-format.ts';
import { stateName } from '../engine/record.ts';
import { type Explanation, explain } from '../explain/explanation.ts';
import { describeExplanation } from '../explain/text.ts';
import { paintFor, widthOf } from '../terminal/paint.ts';
import { type CliContext, printJson } from './context.ts';

export interface ShowExplanationOptions {
  json: boolean;
  /** In ms since the epoch. */
  since?: number | undefined;
}

/** Prints the explanation of a journal that is not empty: as text, or with `json` a line a decision and the summary. */
export function showExplanation(
  context: CliContext,
  entries: readonly JournalEntry[],
  { json, since }: ShowExplanationOptions,
): void {
  const newest = entries.at(-1);
  if (newest === undefined) throw new TypeError('a journal without an entry explains nothing');
  const explanations = explain(entries, since);
  if (!json) {
    const paint = paintFor(process.stdout, context.env);
    const options = { paint, width: widthOf(process.stdout), now: Date.now() };
    context.print(describeExplanation(newest, explanations, options));
    return;
  }
  for (const explanation of explanations) printJson(context, asLine(explanation));
  const { instanceId, life, value } = newest.record;
  const [state, dryRun] = [stateName(value), newest.dryRun === true];
  printJson(context, {
    event: 'summary',
    instanceId,
    dryRun,
    life,
    state,
    decisions: explanations.length,
  });
}

/** Times in ISO 8601, as in every line that Drover prints for programs. */
function asLine({ at, until, event, did, noticed, ...rest }: Explanation): object {
  return {
    event: 'decision',
    at: iso(at),
    until: until === null ? null : iso(until),
    ...rest,
    reading: event,
    did: did.map((line) => ({ ...line, at: iso(line.at) })),
    noticed: noticed.map((note) => ({ ...note, at: iso(note.at) })),
  };
}

const iso = (at: number): string => new Date(at).toISOString();
