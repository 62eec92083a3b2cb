import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';

/** How the page is looked at: wide and narrow, by day and by night. */
export const ways = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const;

export interface Visit {
  page: Page;
  /** What the browser's console had to complain about. */
  complaints: string[];
}

/** Opens the page; whatever goes wrong in it is noted. */
export async function visit(
  browser: Browser,
  url: string,
  { width, colorScheme }: (typeof ways)[number] = ways[0],
): Promise<Visit> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, complaints };
}

/** Keeps a picture where DROVER_SCREENSHOTS names a directory, to be looked at. */
export async function picture(page: Page, name: string): Promise<void> {
  const directory = process.env.DROVER_SCREENSHOTS;
  if (directory) await page.screenshot({ path: join(directory, `${name}.png`), fullPage: true });
}

/** Whether something stands out over the right edge of the window. */
export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
