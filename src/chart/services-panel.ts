import layout from './generated/services-layout.json' with { type: 'json' };
import type { ChartLayout } from './layout.ts';
import type { Panel } from './panels.ts';
import type { ServicesGraph, ServiceUnit, Trigger } from './services.ts';
import { toSvg } from './svg.ts';

export const servicesTitle = 'The services of an instance, what they own, and what triggers what';

/** States in one line of a box. */
const STATES_A_LINE = 4;

/** The services as one panel of a drawing. */
export function servicesPanel({ units, triggers }: ServicesGraph): Panel {
  return {
    id: null,
    title: 'services',
    nodes: units.map((unit) => ({
      key: unit.id,
      kind: 'unit',
      text: unit.id,
      parent: null,
      state: null,
      details: detailsOf(unit),
    })),
    lines: joined(triggers).map(({ source, target, does }) => ({ source, target, labels: does })),
  };
}

function detailsOf({ type, owns, description }: ServiceUnit): string[] {
  const rows = owns.flatMap((_, index) =>
    index % STATES_A_LINE === 0 ? [owns.slice(index, index + STATES_A_LINE).join(', ')] : [],
  );
  return [
    description,
    ...(type === null ? [] : [`Type=${type}`]),
    ...rows.map((row, index) => (index === 0 ? `owns ${row}` : `and ${row}`)),
  ];
}

/** The triggers with one entry for each pair of units. */
export function joined(
  triggers: readonly Trigger[],
): Array<{ source: string; target: string; does: string[] }> {
  const pairs = new Map<string, { source: string; target: string; does: string[] }>();
  for (const { source, target, does } of triggers) {
    const pair = pairs.get(`${source} ${target}`) ?? { source, target, does: [] };
    pair.does.push(does);
    pairs.set(`${source} ${target}`, pair);
  }
  return [...pairs.values()];
}

export const servicesLayout = layout as unknown as ChartLayout;

/** The services as an SVG file. */
export const servicesSvg = (graph: ServicesGraph): string =>
  toSvg([servicesPanel(graph)], servicesLayout, { title: servicesTitle });
