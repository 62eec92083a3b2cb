import { existsSync } from 'node:fs';
import { nearest } from '../config/suggest.ts';
import { readJournalFile } from '../engine/journal-file.ts';
import type { JournalEntry } from '../engine/journal-format.ts';
import { stateName } from '../engine/record.ts';
import { ConfigError, JournalError } from '../errors.ts';
import { printable } from '../terminal/printable.ts';
import type { ChartGraph } from './graph.ts';

/** Whether `--state` names an instance; a file of that name is written with its directory: `./i-…`. */
export const isInstanceId = (given: string): boolean => /^i-[0-9a-f]{1,17}$/.test(given);

/**
 * The states that `--state` means where it names no instance: a dotted name, or where a journal lies (the file, or its
 * state directory), whose newest entry then tells. Throws ConfigError where it is neither, or no journal.
 */
export function currentStates(given: string, graph: ChartGraph): string[] {
  const ids = graph.nodes.map(({ id }) => id);
  if (ids.includes(given)) return [given];
  if (!existsSync(given)) {
    const near = nearest(given, ids);
    throw new ConfigError(
      `--state ${given} is neither a state of the chart, nor a journal, nor the id of an instance${near ? `; did you mean ${near}?` : '; drover chart --format json lists the states'}`,
    );
  }
  return statesOf(readJournalFile(given).entries, graph, given);
}

/** The states of the newest entry; `origin` names the journal. Throws JournalError where the chart lacks them. */
export function statesOf(entries: readonly JournalEntry[], graph: ChartGraph, origin: string): string[] {
  const record = entries.at(-1)?.record;
  if (record === undefined) throw new JournalError(`${origin} holds no record: no agent has run there`);
  const states = stateName(record.value).split('+');
  const strange = states.find((state) => !graph.nodes.some(({ id }) => id === state));
  if (strange === undefined) return states;
  throw new JournalError(
    `the record of ${origin} is in ${printable(strange, 80)}, which this chart lacks: draw it with the version that wrote it`,
  );
}
