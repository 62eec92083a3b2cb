/** Advance widths of Helvetica's printable ASCII, from the space on, in thousandths of the font size. */
const HELVETICA = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
/** The reader's own sans-serif may be wider than Helvetica, DejaVu by about this much. */
const RESERVE = 1.14;

/** Room for one line of text in a sans-serif font of `size` px, in px. */
export function textWidth(text: string, size: number): number {
  const units = [...text].reduce((sum, char) => sum + (HELVETICA[char.charCodeAt(0) - 32] ?? 700), 0);
  return Math.ceil((units / 1_000) * size * RESERVE);
}
