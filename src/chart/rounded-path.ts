type Point = [number, number];

const RADIUS = 6;

/** The `d` of an SVG path along these points, its corners rounded. */
export function roundedPath(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const [before, after] = [points[index - 1], points[index + 1]];
      if (before === undefined) return `M${point.join(' ')}`;
      if (after === undefined) return `L${point.join(' ')}`;
      return `L${towards(point, before)} Q${point.join(' ')} ${towards(point, after)}`;
    })
    .join(' ');
}

/** The place on the way from `corner` to `other` where the rounding begins: after `RADIUS`, at the most half-way. */
function towards(corner: Point, other: Point): string {
  const [dx, dy] = [other[0] - corner[0], other[1] - corner[1]];
  const length = Math.hypot(dx, dy);
  const part = length === 0 ? 0 : Math.min(RADIUS, length / 2) / length;
  return [corner[0] + dx * part, corner[1] + dy * part].map((value) => Math.round(value * 10) / 10).join(' ');
}
