// Lays out the charts, and draws those that the README shows: `npm run chart`. With --check it changes nothing, and
// fails where a file is not what would be written.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lifecycleGraph } from '../src/chart/graph.ts';
import type { ChartLayout } from '../src/chart/layout.ts';
import { panelsOf } from '../src/chart/panels.ts';
import { servicesGraph } from '../src/chart/services.ts';
import { servicesPanel, servicesTitle } from '../src/chart/services-panel.ts';
import { toSvg } from '../src/chart/svg.ts';
import { layOut } from './lay-out-chart.ts';

async function drawAll(): Promise<Map<string, string>> {
  const graph = lifecycleGraph();
  const panels = panelsOf(graph);
  const layout = await layOut(panels);
  const services = [servicesPanel(servicesGraph(graph))];
  const servicesLayout = await layOut(services);
  return new Map([
    ['src/chart/generated/services-layout.json', toText(servicesLayout)],
    ['docs/services.svg', toSvg(services, servicesLayout, { title: servicesTitle })],
    ['src/chart/generated/lifecycle-layout.json', toText(layout)],
    ['docs/lifecycle.svg', toSvg(panels, layout, { title: 'The lifecycle of an instance' })],
  ]);
}

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');
for (const [name, fresh] of await drawAll()) {
  const path = join(root, name);
  if (!check) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, fresh);
  } else if (textOf(path) !== fresh) {
    console.error(`${name} shows an older chart: run npm run chart`);
    process.exitCode = 1;
  }
}

/** One line a panel, so that a change shows where it is. */
function toText({ width, height, panels }: ChartLayout): string {
  const lines = panels.map((panel) => `    ${JSON.stringify(panel)}`).join(',\n');
  return `{\n  "width": ${width},\n  "height": ${height},\n  "panels": [\n${lines}\n  ]\n}\n`;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
