import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runSandbox } from '../../src/demo/run-sandbox.ts';
import { noChromium, startChromium } from './chromium.ts';
import { picture, visit } from './visitor.ts';

const PATIENT = { timeout: 60_000, interval: 100 };

describe.skipIf(noChromium)(noChromium ?? 'the sandbox’s controls', () => {
  let browser: Browser;
  let dir: string;
  let ended: Promise<void>;
  let page: Page;
  const stop = new AbortController();
  beforeAll(async () => {
    browser = await startChromium();
    dir = mkdtempSync(join(tmpdir(), 'drover-controls-'));
    const url = await new Promise<string>((resolve, reject) => {
      ended = runSandbox({
        ...{ min: 0, max: 3, desired: 1, agents: true, page: 0, dir, signal: stop.signal },
        tell: ({ event }) => {
          if (event.event === 'started') resolve(String(event.pageUrl));
        },
      });
      ended.catch(reject);
    });
    ({ page } = await visit(browser, url));
  });
  afterAll(async () => {
    stop.abort();
    await ended;
    await browser?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const world = () => page.textContent('#world');
  const answer = () => page.textContent('#answer');

  test('an agent that is killed in the middle of its playbook comes back and plays it again', async () => {
    const card = page.locator('.card').first();
    const kill = card.locator('[data-deed=kill]');
    await expect.poll(() => page.textContent('#play'), PATIENT).toMatch(/init-1 runs/);
    await kill.click();
    await expect.poll(() => kill.isDisabled(), PATIENT).toBe(true);
    await expect.poll(() => page.locator('#timeline').textContent(), PATIENT).toMatch(/was cut short/);
    await expect.poll(() => kill.isDisabled(), PATIENT).toBe(false);
  }, 120_000);

  test('jobs and faults: the world on the page is another', async () => {
    expect(await page.inputValue('input[name=desired]')).toBe('1');
    // More than the newest, which are listed.
    for (const count of ['50', '20']) {
      await page.fill('input[name=count]', count);
      await page.fill('input[name=seconds]', '1');
      await page.click('text=Add jobs');
    }
    const told = async () => /(\d+) waiting, (\d+) running, (\d+) finished/.exec((await world()) ?? '');
    await expect
      .poll(async () => (await told())?.slice(1).reduce((sum, one) => sum + Number(one), 0), PATIENT)
      .toBe(70);
    await page.selectOption('select[name=service]', 'ec2');
    await page.selectOption('select[name=kind]', 'slow');
    await page.fill('input[name=times]', '500');
    await page.click('text=Inject');
    await expect.poll(world, PATIENT).toMatch(/Faults: ec2 slow \(500 left\)/);
    await page.click('text=Clear faults');
    await expect.poll(world, PATIENT).not.toMatch(/Faults/);
  }, 120_000);

  test('a Spot notice is shown with its time left, and the instance leaves; the group gets no other at desired 0', async () => {
    const card = page.locator('.card').first();
    await page.fill('input[name=desired]', '0');
    await page.click('form[data-control=group] button');
    await expect.poll(world, PATIENT).toMatch(/desired 0 of 0 to 3/);
    await card.locator('[data-deed=interruption]').click();
    await expect.poll(answer, PATIENT).toMatch(/^Spot notice sent to i-|^refused/);
    await picture(page, 'sandbox-spot');
    await expect
      .poll(() => card.locator('.state-name').textContent(), PATIENT)
      .toMatch(/^(launching\.abandoning|terminating|released)/);
  }, 120_000);
});
