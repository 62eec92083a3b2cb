import { existsSync, readFileSync, statSync } from 'node:fs';
import { nearest } from '../config/suggest.ts';
import { journalPath } from '../engine/journal.ts';
import { decodeJournal } from '../engine/journal-format.ts';
import { stateName } from '../engine/record.ts';
import { ConfigError, JournalError } from '../errors.ts';
import type { ChartGraph } from './graph.ts';

/**
 * The states that `--state` means: a dotted name, or where a journal lies (the file, or its state directory), whose
 * newest entry then tells. Throws ConfigError where it is neither, JournalError where the journal holds no entry.
 */
export function currentStates(given: string, graph: ChartGraph): string[] {
  const ids = graph.nodes.map(({ id }) => id);
  if (ids.includes(given)) return [given];
  if (!existsSync(given)) {
    const near = nearest(given, ids);
    throw new ConfigError(
      `--state ${given} is neither a state of the chart nor a journal${near ? `; did you mean ${near}?` : '; drover chart --format json lists the states'}`,
    );
  }
  const path = statSync(given).isDirectory() ? journalPath(given) : given;
  const last = readJournal(path).at(-1);
  if (last === undefined) {
    throw new JournalError(
      `${path} holds no entry of a journal: give a state directory, or the file journal in one`,
    );
  }
  return stateName(last.record.value).split('+');
}

function readJournal(path: string) {
  try {
    return decodeJournal(readFileSync(path)).entries;
  } catch (cause) {
    throw new JournalError(`cannot read ${path}: ${(cause as Error).message}; give a state directory`, {
      cause,
    });
  }
}
