const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const;

/** A time span in ms as people write it: `12 s`, `3 m 20 s`, `2 h 5 m`; the two largest units. */
export function inWords(ms: number): string {
  let rest = Math.round(ms / 1_000) * 1_000;
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 || parts.length > 0) parts.push(`${count} ${unit}`);
  }
  parts.push(`${rest / 1_000} s`);
  return parts
    .slice(0, 2)
    .filter((part, index) => index === 0 || !part.startsWith('0 '))
    .join(' ');
}
