import layout from './generated/lifecycle-layout.json' with { type: 'json' };
import type { ChartGraph } from './graph.ts';
import type { ChartLayout } from './layout.ts';
import { panelsOf } from './panels.ts';
import { toSvg } from './svg.ts';

/** Where everything of the lifecycle's drawing stands. */
export const lifecycleLayout = layout as unknown as ChartLayout;

/** The lifecycle as an SVG file, with the states in `current` marked. */
export function lifecycleSvg(graph: ChartGraph, current: readonly string[]): string {
  const where = current.length === 0 ? '' : `, now in ${current.join(' and ')}`;
  return toSvg(panelsOf(graph), lifecycleLayout, { current, title: `The lifecycle of an instance${where}` });
}
