import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openJournal } from '../../src/engine/journal.ts';
import type { JournalEntry } from '../../src/engine/journal-format.ts';
import type { Watcher } from '../../src/engine/watched-journal.ts';
import { createLogger } from '../../src/logger.ts';
import { Hub } from '../../src/status/hub.ts';
import { withStatusPage } from '../../src/status/of-engine.ts';
import { startStatusServer } from '../../src/status/server.ts';
import { freePort, pageConfig } from '../status/config.ts';
import { writeJournal } from '../status/journal.ts';
import { noChromium, startChromium } from './chromium.ts';
import { visit } from './visitor.ts';

const received = (page: Page): Promise<number> => page.evaluate('Number(document.body.dataset.received)');

describe.skipIf(noChromium)(noChromium ?? 'the page’s stream', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  test('what has lasted for days says so, and steps of another day are told with it', async () => {
    const hub = new Hub({ title: 'test' });
    for (const entry of writeJournal('i-1', Date.now() - 3 * 86_400_000).serve()) hub.entry(entry);
    const server = await startStatusServer({ hub, host: '127.0.0.1', port: 0, token: null, names: [] });
    const { page } = await visit(browser, server.url);
    await expect.poll(() => page.textContent('.card')).toMatch(/since\s*(3 d|2 d 23 h)/);
    expect(await page.locator('#timeline time').first().textContent()).toMatch(/^\w+ \w+ \d\d:\d\d:\d\d$/);
    expect(await page.isVisible('text=all instances')).toBe(false);
    await server.close();
    await page.close();
  });

  test('20,000 events arrive, none is lost, and the page’s memory stays as it was', async () => {
    const hub = new Hub({ title: 'test' });
    const journal = writeJournal();
    for (const entry of journal.serve()) hub.entry(entry);
    const server = await startStatusServer({ hub, host: '127.0.0.1', port: 0, token: null, names: [] });
    const { page, complaints } = await visit(browser, server.url);
    const session = await page.context().newCDPSession(page);
    const heap = async (): Promise<number> => {
      await session.send('HeapProfiler.collectGarbage');
      return (await session.send('Runtime.getHeapUsage')).usedSize / 1_048_576;
    };
    await expect.poll(() => page.textContent('#link')).toBe('live');
    const send = async (count: number, upTo: number) => {
      for (let sent = 0; sent < count; sent += 1) {
        hub.entry(journal.sample(sent % 3));
        // As an engine: each step leaves the turn to others.
        if (sent % 50 === 49) await new Promise((resolve) => setImmediate(resolve));
        // The feed keeps 4,000: a reader is waited for here only so that nobody calls the page slow.
        if (sent % 1_000 === 999)
          await expect.poll(() => received(page), { timeout: 20_000 }).toBe(upTo - count + sent + 1);
      }
    };
    await send(4_000, 4_000);
    const before = await heap();
    await send(16_000, 20_000);
    const after = await heap();
    expect(await received(page)).toBe(20_000);
    expect(await page.evaluate('document.body.dataset.restarts')).toBe('1');
    expect(after - before).toBeLessThan(2);
    expect(await page.locator('#timeline li').count()).toBeLessThanOrEqual(80);
    expect(complaints).toEqual([]);
    await server.close();
    await page.close();
  }, 120_000);

  test('a page goes on without a gap when the agent was started again, also over what it missed', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'drover-page-'));
    const config = pageConfig(dir, await freePort());
    const script = writeJournal();
    const log = createLogger({ level: 'silent' });
    /** A host of the engine: it writes each entry down, then tells the page. */
    const live = async (work: (act: (entry: JournalEntry) => void) => Promise<void>) => {
      const signal = new AbortController().signal;
      await withStatusPage(config, { log, env: {}, signal }, async (watcher: Watcher | undefined) => {
        const journal = openJournal(config.stateDir);
        await work((entry) => {
          journal.append(entry);
          watcher?.entry(entry, false);
        });
        journal.close();
      });
    };
    let page: Page | undefined;
    const states = () => page?.locator('#timeline .to b').allTextContents();
    await live(async (act) => {
      for (const entry of script.serve()) act(entry);
      ({ page } = await visit(browser, `http://${config.status.listen}/`));
      await expect.poll(() => page?.textContent('#link')).toBe('live');
      act(script.sample(1));
      await expect.poll(async () => (await states())?.[0]).toBe('inService.available');
    });
    await expect.poll(() => page?.textContent('#link')).toBe('reconnecting');
    const missed = openJournal(config.stateDir);
    missed.append(script.sample(0));
    missed.append(script.sample(1));
    missed.close();
    await live(async (act) => {
      act(script.sample(0));
      await expect
        .poll(states, { timeout: 15_000 })
        .toEqual([
          ...['inService.idle', 'inService.available', 'inService.idle', 'inService.available'],
          ...['inService.idle', 'inService.unknown', 'discovering'],
        ]);
    });
    expect(await page?.evaluate('document.body.dataset.restarts')).toBe('1');
    await page?.close();
    rmSync(dir, { recursive: true });
  }, 90_000);
});
