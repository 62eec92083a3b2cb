import { lifecycleGraph } from '../chart/graph.ts';
import { type PanelLayout, SIZES } from '../chart/layout.ts';
import { lifecycleLayout } from '../chart/lifecycle-svg.ts';
import { panelsOf } from '../chart/panels.ts';
import { arrowHead, drawPanel } from '../chart/svg.ts';
import { xmlText } from '../chart/xml-text.ts';
import { controlsHtml } from './page-controls.ts';

/** The page as it is first seen; its own program fills it in. Nothing in it comes from outside. */
export function pageHtml({ controls }: { controls: boolean }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Drover</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body>
<header>
<h1>Drover <span id="title"></span></h1>
<p id="link" role="status">connecting</p>
</header>
<main>
<p id="story" aria-live="polite" hidden></p>
${controls ? controlsHtml : ''}
<section aria-labelledby="instances-heading">
<h2 id="instances-heading">Instances</h2>
<p id="no-instance">No instance has written a record yet.</p>
<ul id="cards"></ul>
</section>
<div class="columns">
<div>
<section aria-labelledby="chart-heading">
<h2 id="chart-heading">State <span class="of"></span></h2>
<p id="meaning"></p>
<div id="panels" role="group" aria-label="Parts of the chart"></div>
${charts()}
</section>
<section aria-labelledby="jobs-heading">
<h2 id="jobs-heading">Jobs over time <span class="of"></span></h2>
<div id="plot"></div>
</section>
</div>
<div>
<section aria-labelledby="play-heading">
<h2 id="play-heading">Playbook <span class="of"></span></h2>
<div id="play"></div>
</section>
<section aria-labelledby="timeline-heading">
<h2 id="timeline-heading">Timeline <span class="of"></span></h2>
<label class="check" id="all-of-them" hidden><input type="checkbox" id="all"> all instances</label>
<ol id="timeline" tabindex="0" aria-labelledby="timeline-heading"></ol>
</section>
<section aria-labelledby="told-heading" id="told-section" hidden>
<h2 id="told-heading">What happened</h2>
<ol id="told" tabindex="0" aria-labelledby="told-heading"></ol>
</section>
</div>
</div>
</main>
<footer><p>Times are this browser’s. <span id="received">0</span> events received. <a href="/metrics">Metrics</a>, <a href="/api/instances">JSON</a></p></footer>
</body>
</html>
`;
}

/** Wider panels are not made smaller to fit: they scroll. */
const WIDE = 900;

/** Panels beside each other in the drawing are as high as the highest: here each is by itself. */
function cropped(place: PanelLayout): PanelLayout {
  const bottoms = [
    ...Object.values(place.boxes),
    ...Object.values(place.lines).flatMap(({ label }) => label ?? []),
  ].map(({ y, height }) => y + height);
  const lows = Object.values(place.lines).flatMap(({ points }) => points.map(([, y]) => y));
  return { ...place, height: Math.min(place.height, Math.max(...bottoms, ...lows) + SIZES.padding) };
}

/** One figure a panel of the chart; the page shows the one that the instance is in. */
function charts(): string {
  const panels = panelsOf(lifecycleGraph());
  const none = new Set<string>();
  const figures = panels.map((panel, index) => {
    const place = lifecycleLayout.panels[index];
    if (place === undefined) throw new Error('the layout of the chart is out of date: run npm run chart');
    const shown = cropped(place);
    const { width, height } = shown;
    const wide = width > WIDE ? ' wide' : '';
    return `<figure class="panel-of" data-panel="${xmlText(panel.id ?? '')}" data-title="${xmlText(panel.title)}" hidden tabindex="0" aria-label="chart: ${xmlText(panel.title)}"><svg class="chart${wide}" viewBox="-1 -1 ${width + 2} ${height + 2}" width="${width + 2}" height="${height + 2}" role="img" aria-label="${xmlText(panel.title)}">${drawPanel(panel, shown, none)}</svg></figure>`;
  });
  return `<svg width="0" height="0" class="chart defs" aria-hidden="true">${arrowHead}</svg>\n${figures.join('\n')}`;
}
