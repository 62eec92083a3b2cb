import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lifecycleGraph } from '../../src/chart/graph.ts';
import { toMermaid } from '../../src/chart/mermaid.ts';
import { servicesGraph } from '../../src/chart/services.ts';
import { servicesMermaid } from '../../src/chart/services-text.ts';
import { noChromium, startChromium } from './chromium.ts';

interface Mermaid {
  parse(text: string): Promise<{ diagramType: string }>;
}
declare const mermaid: Mermaid;

const source = createRequire(import.meta.url).resolve('mermaid/dist/mermaid.min.js');

// Mermaid's parser wants a document, so it is asked where it has a real one.
describe.skipIf(noChromium)(noChromium ?? 'Mermaid’s own parser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  test('takes the chart, with and without a current state, and refuses what is none', async () => {
    const page = await browser.newPage();
    await page.addScriptTag({ path: source });
    const parse = (text: string) =>
      page.evaluate(
        (chart) =>
          mermaid.parse(chart).then(
            ({ diagramType }) => diagramType,
            (error: Error) => `refused: ${error.message}`,
          ),
        text,
      );
    const graph = lifecycleGraph();
    expect(await parse(toMermaid(graph))).toBe('stateDiagram');
    expect(await parse(toMermaid(graph, ['inService.saturated.scalingUp']))).toBe('stateDiagram');
    expect(await parse(servicesMermaid(servicesGraph(graph)))).toBe('flowchart-v2');
    expect(await parse(toMermaid(graph).replace('-->', '--> -->'))).toMatch(/^refused/);
  });
});
