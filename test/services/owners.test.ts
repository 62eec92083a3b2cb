import { describe, expect, test } from 'vitest';
import { lifecycleGraph } from '../../src/chart/graph.ts';
import type { LifecycleRecord } from '../../src/engine/record.ts';
import { ownedStates, ownerOf, owningUnits } from '../../src/services/owners.ts';
import { turnOf } from '../../src/services/turn.ts';

const { nodes } = lifecycleGraph();
const leaves = nodes.filter((node) => !nodes.some((other) => other.parent === node.id)).map(({ id }) => id);

describe('who owns which state', () => {
  test('every leaf of the chart has exactly one owner, or stays with the one it had', () => {
    const owners = leaves.map((leaf) => [leaf, ownerOf(leaf)] as const);
    const kept = owners.filter(([, owner]) => owner === null).map(([leaf]) => leaf);
    expect(kept.filter((leaf) => !leaf.startsWith('halting'))).toEqual([]);
    for (const unit of owningUnits) expect(owners.some(([, owner]) => owner === unit)).toBe(true);
  });

  test('every state that a unit claims exists in the chart', () => {
    const ids = new Set(nodes.map(({ id }) => id));
    for (const unit of owningUnits) for (const state of ownedStates(unit)) expect(ids).toContain(state);
  });

  test('abandoning is unreg-runner’s, the rest of launching init-runner’s', () => {
    expect(ownerOf('launching.abandoning.unregistering')).toBe('unreg-runner');
    expect(ownerOf('launching.registering')).toBe('init-runner');
  });

  test('a state that nobody owns is a fault of ours', () => {
    expect(() => ownerOf('launchingX')).toThrow('no unit owns the state launchingX');
  });
});

describe('whose turn it is', () => {
  const record = (value: LifecycleRecord['value'], bootId = 'b1') => ({ value, bootId }) as LifecycleRecord;

  test('without a record, with one of an earlier boot, or after a life, init-runner goes first', () => {
    expect(turnOf(null, 'b1')).toEqual({ unit: 'init-runner', state: null });
    expect(turnOf(record({ inService: 'idle' }, 'b0'), 'b1')).toEqual({ unit: 'init-runner', state: null });
    expect(turnOf(record({ terminating: 'draining' }, 'b0'), 'b1').unit).toBe('init-runner');
    expect(turnOf(record('released'), 'b1').unit).toBe('init-runner');
  });

  test('within the boot it is the owner of the record’s state', () => {
    expect(turnOf(record({ inService: 'idle' }), 'b1')).toEqual({
      unit: 'monitor-jobs',
      state: 'inService.idle',
    });
    expect(turnOf(record({ launching: { abandoning: 'retrying' } }), 'b1').unit).toBe('unreg-runner');
  });
});
