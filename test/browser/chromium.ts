import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Why the tests in a browser cannot run here; null: they can. In CI nothing is left out. */
export const noChromium: string | null =
  existsSync(executablePath) || process.env.CI
    ? null
    : `${executablePath} is missing: apt-get install chromium, or set CHROMIUM to the path of one`;

/** Debian's Chromium, without a word to anybody outside. */
export const startChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      // A container's may be too small.
      '--disable-dev-shm-usage',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
