import type { Point } from '../messages.ts';
import { byId, make, makeSvg } from './element.ts';
import type { Model } from './model.ts';
import { now, timeOfDay } from './time.ts';

/** Drawn as wide as it is shown, so that its words keep their size; within reason. */
const NARROWEST = 260;
const HEIGHT = 170;
const LEFT = 30;
const BOTTOM = 24;
const TOP = 14;
/** The plot shows at least this much time (ms), so that the first seconds are no cliff. */
const LEAST = 30_000;

/** Draws running jobs and limit of the chosen instance over time, as steps; without a reading there is a gap. */
export function showPlot({ instances }: Model, chosen: string | null): void {
  const points = instances.get(chosen ?? '')?.points ?? [];
  const [first] = points;
  if (first === undefined || points.every(({ limit }) => limit === null)) {
    byId('plot').replaceChildren(make('p', 'quiet', 'No reading of the runner yet.'));
    return;
  }
  const width = Math.max(NARROWEST, byId('plot').clientWidth);
  const end = now();
  const begin = Math.min(first.at, end - LEAST);
  const most = Math.max(1, ...points.map(({ running, limit }) => Math.max(running ?? 0, limit ?? 0)));
  const x = (at: number) => LEFT + ((at - begin) / (end - begin)) * (width - LEFT - 8);
  const y = (value: number) => HEIGHT - BOTTOM - (value / most) * (HEIGHT - BOTTOM - TOP);
  const last = points.at(-1);
  const svg = makeSvg('svg', {
    viewBox: `0 0 ${width} ${HEIGHT}`,
    role: 'img',
    'aria-label': `jobs over time: now ${last?.running ?? 'no reading'} of ${last?.limit ?? 'unknown'}`,
  });
  for (const value of marksUpTo(most)) {
    svg.append(makeSvg('line', { class: 'grid', x1: LEFT, x2: width - 8, y1: y(value), y2: y(value) }));
    svg.append(makeSvg('text', { x: LEFT - 6, y: y(value) + 4, 'text-anchor': 'end' }, String(value)));
  }
  svg.append(
    makeSvg('text', { x: LEFT, y: HEIGHT - 6 }, timeOfDay(begin)),
    makeSvg('text', { x: width - 8, y: HEIGHT - 6, 'text-anchor': 'end' }, timeOfDay(end)),
    makeSvg('path', { class: 'area', d: areas(points, end, x, y) }),
    makeSvg('path', { class: 'running', d: steps(points, ({ running }) => running, end, x, y) }),
    makeSvg('path', { class: 'limit', d: steps(points, ({ limit }) => limit, end, x, y) }),
  );
  const legend = make('p', 'legend', make('i', 'running'), 'running jobs ', make('i', 'limit'), 'limit');
  byId('plot').replaceChildren(svg, legend);
}

function marksUpTo(most: number): number[] {
  const step = Math.max(1, Math.ceil(most / 4));
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

type Scale = (value: number) => number;

function steps(
  points: Point[],
  value: (point: Point) => number | null,
  end: number,
  x: Scale,
  y: Scale,
): string {
  let path = '';
  let isOpen = false;
  points.forEach((point, index) => {
    const at = value(point);
    if (at === null) {
      isOpen = false;
      return;
    }
    path += `${isOpen ? 'L' : 'M'}${x(point.at).toFixed(1)} ${y(at).toFixed(1)}H${x(points[index + 1]?.at ?? end).toFixed(1)}`;
    isOpen = true;
  });
  return path;
}

function areas(points: Point[], end: number, x: Scale, y: Scale): string {
  return points
    .map(({ at, running }, index) =>
      running === null
        ? ''
        : `M${x(at).toFixed(1)} ${y(0)}V${y(running).toFixed(1)}H${x(points[index + 1]?.at ?? end).toFixed(1)}V${y(0)}Z`,
    )
    .join('');
}
