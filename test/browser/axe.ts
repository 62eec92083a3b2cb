import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  impact: string | null;
  nodes: Array<{ html: string }>;
}
declare const axe: { run(): Promise<{ violations: Violation[] }> };

/** What axe finds wrong with a page that is serious or worse: a line each. */
export async function faultsOf(page: Page): Promise<string[]> {
  // Not as a script of the page, which its own policy would refuse.
  await page.evaluate(`${source}; 0`);
  const { violations } = await page.evaluate(() => axe.run());
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}
