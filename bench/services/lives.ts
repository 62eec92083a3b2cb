import type { Figure } from '../lib/figure.ts';
import { type Fleet, inFleet } from './fleet.ts';
import { type Life, measureLife } from './life.ts';

/** What a life brings, from its boot to its end. */
export const lifeFigures = [
  'services-boot-to-registered',
  'services-notice-to-sigquit',
  'services-notice-to-sigquit-1s',
  'services-notice-to-sigquit-equal',
  'services-notice-to-completed',
  'services-notice-to-completed-equal',
];

/** Seconds between polls of the original, in bash. */
const ORIGINAL = 10;

/**
 * The services on real systemd hosts against a literal version of them in bash and curl (test/systemd/baseline/), on
 * the same machine and sandbox in one run: boot to registered, Spot notice to SIGQUIT and to the completed hook.
 */
export const lives = (pairs: number): Promise<Figure[]> =>
  inFleet('spot', (fleet) => measureLives(fleet, pairs));

async function measureLives(fleet: Fleet, pairs: number): Promise<Figure[]> {
  const sides = {
    defaults: { kind: { drover: 'services', interval: null }, polls: 2 },
    second: { kind: { drover: 'services', interval: 1 }, polls: 1 },
    equal: { kind: { drover: 'services', interval: ORIGINAL }, polls: ORIGINAL },
    bash: { kind: { drover: null, interval: ORIGINAL }, polls: ORIGINAL },
  } as const;
  const names = Object.keys(sides) as (keyof typeof sides)[];
  const taken: Record<keyof typeof sides, Life[]> = { defaults: [], second: [], equal: [], bash: [] };
  for (let pair = 0; pair < pairs; pair += 1) {
    // In turn, each time in another order.
    for (const [index] of names.entries()) {
      const name = names[(index + pair) % names.length] as keyof typeof sides;
      const { kind, polls } = sides[name];
      taken[name].push(await measureLife(fleet, kind, ((pair + 0.5) / pairs) * polls * 1_000));
    }
  }
  const figure = (
    name: string,
    side: 'defaults' | 'second' | 'equal',
    of: keyof Life,
    atMost: number | null,
  ): Figure => ({
    figure: name,
    unit: 's',
    ours: taken[side].map((life) => life[of]),
    baseline: taken.bash.map((life) => life[of]),
    against: `the services in bash, polling every ${ORIGINAL} s`,
    bound: atMost === null ? null : { of: 'medians', atMost },
  });
  return [
    figure('services-boot-to-registered', 'defaults', 'registered', null),
    figure('services-notice-to-sigquit', 'defaults', 'sigquit', 1 / 3),
    figure('services-notice-to-sigquit-1s', 'second', 'sigquit', 1 / 5),
    figure('services-notice-to-sigquit-equal', 'equal', 'sigquit', null),
    figure('services-notice-to-completed', 'defaults', 'completed', null),
    figure('services-notice-to-completed-equal', 'equal', 'completed', null),
  ];
}
