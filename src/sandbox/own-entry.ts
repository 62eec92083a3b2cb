/** The value of a key that is the table's own: `constructor` and the like, which every object has, are none. */
export const ownEntry = <Value>(table: Record<string, Value>, key: string): Value | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;
