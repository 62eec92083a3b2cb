/** Where everything of a drawing stands, in px. Made at build time, by `npm run chart`. */
export interface ChartLayout {
  width: number;
  height: number;
  /** In the order of the chart's panels. */
  panels: PanelLayout[];
}

/** Boxes and lines count from the panel's own upper left corner. */
export interface PanelLayout extends Box {
  /** By key of the node. */
  boxes: Record<string, Box>;
  /** By `<source> <target>`. */
  lines: Record<string, Line>;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Line {
  points: Array<[number, number]>;
  /** Where its labels stand; null where it has none. */
  label: Box | null;
}

/** Font sizes, paddings and heights (px) that layout and drawing agree on. */
export const SIZES = {
  name: 13.5,
  label: 11,
  labelLine: 13,
  padding: 12,
  state: 30,
  detail: 15,
  sign: 24,
  title: 24,
  dot: 9,
} as const;

export const lineKey = ({ source, target }: { source: string; target: string }): string =>
  `${source} ${target}`;

/** Longer labels are broken before their conditions. */
const LONGEST_LABEL = 20;

/** The labels of a line as they are set: no line of text much longer than the others. */
export function labelLines(labels: readonly string[]): string[] {
  return labels.flatMap((label) => {
    if (label.length <= LONGEST_LABEL) return [label];
    return label
      .replace(' [', '\n[')
      .replaceAll(' | ', ' |\n ')
      .split('\n')
      .map((line, index) => (index === 0 ? line : `  ${line}`));
  });
}
