/** A number from `least` up to, but not, `most`. */
export const between = (random: () => number, least: number, most: number): number =>
  least + random() * (most - least);

/** One of them, or undefined where there is none. */
export const oneOf = <T>(random: () => number, things: readonly T[]): T | undefined =>
  things[Math.floor(random() * things.length)];

/** One of them, each as likely as its weight says. */
export function weighted<T extends { weight: number }>(random: () => number, things: readonly T[]): T {
  let left = random() * things.reduce((sum, { weight }) => sum + weight, 0);
  for (const thing of things) {
    left -= thing.weight;
    if (left < 0) return thing;
  }
  return things[things.length - 1] as T;
}
