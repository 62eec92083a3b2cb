/** The services that own states of the chart. The record passes between them, with the state directory's lock. */
export const owningUnits = ['init-runner', 'monitor-jobs', 'unreg-runner'] as const;

export type OwningUnit = (typeof owningUnits)[number];

/** What each owns: a state means its substates too, and the longer name counts. */
const OWNED: Record<OwningUnit, readonly string[]> = {
  'init-runner': ['discovering', 'launching', 'warmed'],
  'monitor-jobs': ['inService', 'unmanaged', 'standby'],
  'unreg-runner': ['launching.abandoning', 'terminating', 'retained', 'released'],
};

/** The host goes down: whoever owns the state before sees to it, since no other unit can be started any more. */
const KEPT = ['halting'];

/** The unit that owns a state (dotted name); null: the one that owned the state before keeps it. */
export function ownerOf(state: string): OwningUnit | null {
  const isWithin = (name: string) => state === name || state.startsWith(`${name}.`);
  if (KEPT.some(isWithin)) return null;
  const claims = owningUnits.flatMap((unit) =>
    OWNED[unit].filter(isWithin).map((name) => ({ unit, length: name.length })),
  );
  const best = claims.sort((a, b) => b.length - a.length)[0];
  if (best === undefined) throw new TypeError(`no unit owns the state ${state}`);
  return best.unit;
}

/** Every state that is named as owned, for drawing. */
export const ownedStates = (unit: OwningUnit): readonly string[] => OWNED[unit];
