import { SIZES } from './layout.ts';

/** Colours come as variables, so that one file is readable on light and on dark ground. */
export const svgStyle = `
.chart { color: #1f2328; --ground: #fff; --box: #fff; --rim: #8c959f; --line: #6e7781; --quiet: #57606a; --on: #0969da; --on-box: #ddf4ff; --panel: #f6f8fa;
  font-family: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
@media (prefers-color-scheme: dark) {
  .chart { color: #e6edf3; --ground: #0d1117; --box: #1b222b; --rim: #6e7681; --line: #848d97; --quiet: #a2abb5; --on: #58a6ff; --on-box: #12294a; --panel: #10161d; }
}
.chart text { fill: currentColor; font-size: ${SIZES.name}px; }
.chart .panel rect { fill: var(--panel); stroke: var(--rim); stroke-opacity: .5; }
.chart .panel text { font-weight: 700; }
.chart .state rect { fill: var(--box); stroke: var(--rim); }
.chart .state.compound > rect { fill: currentColor; fill-opacity: .04; stroke-opacity: .8; }
.chart .state.compound > text, .chart .state.phase > text { font-weight: 600; }
.chart .state.phase > rect { stroke-width: 2; }
.chart .state.phase > .detail { fill: var(--quiet); font-size: ${SIZES.label}px; font-weight: 400; }
.chart .sign rect { fill: none; stroke: var(--rim); stroke-dasharray: 4 3; }
.chart .sign text { fill: var(--quiet); font-size: ${SIZES.label + 1}px; font-style: italic; }
.chart .dot { fill: currentColor; }
.chart .line path { fill: none; stroke: var(--line); stroke-width: 1.2; }
.chart .head { fill: var(--line); }
.chart .line text { fill: var(--quiet); font-size: ${SIZES.label}px; paint-order: stroke; stroke: var(--panel); stroke-width: 3px; stroke-linejoin: round; }
.chart .current > rect { stroke: var(--on); stroke-width: 2.5; stroke-opacity: 1; }
.chart .state.current > rect { fill: var(--on-box); fill-opacity: 1; }
.chart .current > text { fill: var(--on); font-weight: 700; }
`;
