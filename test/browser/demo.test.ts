import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endProcessesOf } from '../../src/sandbox/host.ts';
import { startDrover } from '../cli/drover.ts';
import { faultsOf } from './axe.ts';
import { noChromium, startChromium } from './chromium.ts';
import { isTooWide, picture, visit, ways } from './visitor.ts';

/** Several times what two slow cores need for a step. */
const STEP = { timeout: 90_000, interval: 100 };

describe.skipIf(noChromium)(noChromium ?? 'the demo’s story on its page', () => {
  let browser: Browser;
  let home: string;
  beforeAll(async () => {
    browser = await startChromium();
    home = mkdtempSync(join(tmpdir(), 'drover-browser-'));
  });
  afterAll(async () => {
    await browser?.close();
    await endProcessesOf(home);
    rmSync(home, { recursive: true, force: true });
  });

  test('every step is told, and the instances’ states, jobs, hooks and playbooks with it', async () => {
    const demo = startDrover(['demo', '--json', '--page', '0'], { TMPDIR: home }, 240_000);
    const url = await new Promise<string>((resolve, reject) => {
      let output = '';
      demo.stdout.on('data', (chunk) => {
        output += chunk;
        const found = /"event":"page","url":"([^"]+)"/.exec(output)?.[1];
        if (found !== undefined) resolve(found);
      });
      demo.once('exit', () => reject(new Error(`the demo has ended: ${output}`)));
    });
    const { page, complaints } = await visit(browser, url);
    await rememberTexts(page);
    /** The page has shown this, or will within the limit: the story does not wait for who looks. */
    const shows = (what: RegExp) => expect.poll(() => texts(page, what), STEP).not.toEqual([]);

    await shows(/^The group launches its first instance$/);
    await shows(/^i-\w+\s+launching\.registering\s/);
    await shows(/\shook\s+runners-launching: \d+ s left/);
    await shows(/^init-1 runs, \d+ of \d+ tasks done/);
    await shows(/^current: .*\blaunching\.registering\b/);
    await picture(page, 'demo-launch');
    await shows(/^init-1 succeeded, (\d+) of \1 tasks done/);

    await shows(/^Two jobs fill its runner; a third has to wait$/);
    await shows(/^i-\w+\s+inService\.saturated\.\w+\s+2 of 2 jobs/);
    await shows(/jobs: 1 waiting, 2 running/);
    await byKeyboardAlone(page);

    await shows(/^Saturated: the group grows, and the second instance takes the waiting job$/);
    await expect.poll(() => page.locator('.card').count(), STEP).toBe(2);
    await shows(/jobs: 0 waiting, 3 running/);
    for (const way of ways) {
      const other = await visit(browser, url, way);
      const name = `demo-${way.width}-${way.colorScheme}`;
      await expect.poll(() => other.page.locator('.card').count(), STEP).toBe(2);
      await picture(other.page, name);
      expect(await faultsOf(other.page), name).toEqual([]);
      expect(await isTooWide(other.page), name).toBe(false);
      expect(other.complaints, name).toEqual([]);
      await other.page.close();
    }

    await shows(/^Jobs finish; the second instance has none left, and retires$/);
    await shows(/inService\.retiring\.\w+\s/);
    await shows(/^An operator takes the last instance away while a job runs on it$/);
    await shows(/^i-\w+\s+terminating\.draining\s+1 of 2 jobs/);
    await shows(/\shook\s+runners-terminating: \d+ s left/);
    await shows(/^current: .*\bterminating\.draining\b/);
    await picture(page, 'demo-drain');
    await shows(/^The job ends; the runner is unregistered, and the instance is released$/);
    const { exitCode } = await demo;
    expect(exitCode).toBe(0);
    // EC2 takes the instance when its hook is answered, agent and all: that it is gone is what the group says.
    await expect.poll(() => page.locator('.card[data-phase=gone]').count()).toBe(2);
    await shows(/jobs: 0 waiting, 0 running, 3 finished, 0 failed/);
    // The demo has ended: that its page cannot be reached any more is all that the browser may complain about.
    expect(complaints.filter((text) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED/.test(text))).toEqual(
      [],
    );
  }, 300_000);
});

/** From now on the page remembers what it has shown: the story's step, cards, playbook, world, states of the chart. */
async function rememberTexts(page: Page): Promise<void> {
  await page.evaluate(`
    window.shown = new Set();
    const note = () => {
      for (const element of document.querySelectorAll('#story, .card, #play .head, #world, #timeline .to')) {
        shown.add(element.innerText);
      }
      shown.add('current: ' + [...document.querySelectorAll('.chart .current')].map((one) => one.dataset.state).join(' '));
    };
    note();
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    0`);
}

/** What the page has shown so far that matches. */
const texts = (page: Page, what: RegExp): Promise<string[]> =>
  page.evaluate(
    (source) =>
      [...(globalThis as unknown as { shown: Set<string> }).shown].filter((text) =>
        new RegExp(source).test(text),
      ),
    what.source,
  );

/** Chooses the instance, another part of the chart, and all instances in the timeline, without a pointer. */
async function byKeyboardAlone(page: Page): Promise<void> {
  const focused = () =>
    page.evaluate<string>('document.activeElement.id || document.activeElement.textContent');
  const tabTo = async (what: RegExp) => {
    for (let steps = 0; steps < 60; steps += 1) {
      await page.keyboard.press('Tab');
      if (what.test(await focused())) return;
    }
    throw new Error(`the keyboard does not reach ${what}`);
  };
  await tabTo(/^i-/);
  await page.keyboard.press('Enter');
  expect(await page.getAttribute('.choose', 'aria-pressed')).toBe('true');
  await tabTo(/^terminating$/);
  await page.keyboard.press('Space');
  await expect.poll(() => page.locator('figure[data-panel=terminating]').isVisible()).toBe(true);
  await page.keyboard.press('Shift+Tab');
  await tabTo(/^all$/);
  await page.keyboard.press('Space');
  expect(await page.isChecked('#all')).toBe(true);
  await expect.poll(() => page.locator('#timeline .who').count()).toBeGreaterThan(0);
  await page.focus('#panels button');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('figure[data-panel=terminating]').isVisible()).toBe(false);
}
