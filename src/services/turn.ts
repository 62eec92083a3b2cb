import { readRecord } from '../engine/journal.ts';
import { type LifecycleRecord, stateName } from '../engine/record.ts';
import { readBootId } from '../engine/timeline.ts';
import { type OwningUnit, ownerOf } from './owners.ts';

/** Whose turn it is, and why. */
export interface Turn {
  /** null: whoever comes may go on. */
  unit: OwningUnit | null;
  /** The state of the record; null: there is none of this boot. */
  state: string | null;
}

/** Reads whose turn it is from the state directory, without taking it. */
export function readTurn(stateDir: string, bootId = readBootId()): Turn {
  return turnOf(readRecord(stateDir), bootId);
}

/**
 * No record, or one of an earlier boot, or of a life that is over, counts as `discovering`: init-runner goes first.
 * A record that came with an image is of an earlier boot too.
 */
export function turnOf(record: LifecycleRecord | null, bootId: string): Turn {
  if (record === null || record.bootId !== bootId) return { unit: 'init-runner', state: null };
  const state = stateName(record.value);
  return { unit: state === 'released' ? 'init-runner' : ownerOf(state), state };
}
