const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Marks text for a terminal that shows colours; leaves it as it is for anything else. */
export type Paint = Record<keyof typeof CODES, (text: string) => string>;

/** Colours or none. Bold and dim count as colours: https://no-color.org. */
export function createPaint(colours: boolean): Paint {
  const paint = {} as Paint;
  for (const [name, code] of Object.entries(CODES) as [keyof Paint, number][]) {
    paint[name] = (text) => (colours && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text);
  }
  return paint;
}

/** What is known of standard output. */
export interface Screen {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

/** Colours only on a terminal that has them, and where NO_COLOR is not set. */
export function paintFor(screen: Screen, env: NodeJS.ProcessEnv): Paint {
  return createPaint(screen.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb');
}

const NARROWEST = 40;
const WIDEST = 100;

/** How wide text may be: the terminal's own width within reason, and 80 columns anywhere else. */
export function widthOf({ columns }: Screen): number {
  return columns === undefined ? 80 : Math.min(WIDEST, Math.max(NARROWEST, columns));
}
