import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../src/logger.ts';
import { withStatusPage } from '../../src/status/of-engine.ts';
import { freePort, pageConfig } from './config.ts';
import { writeJournal } from './journal.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-page-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const options = () => {
  const lines: string[] = [];
  const log = createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } });
  return { log, env: {}, signal: new AbortController().signal, lines };
};

const stateAt = async (listen: string): Promise<string> => {
  const response = await fetch(`http://${listen}/api/instances`).catch(() => null);
  const answer = (await response?.json()) as { instances: Array<{ state: string }> } | undefined;
  return answer?.instances[0]?.state ?? 'nothing';
};

test('an address that is taken keeps nobody from working, and is used as soon as it is free', async () => {
  const port = await freePort();
  const config = pageConfig(dir, port);
  const { listen } = config.status;
  const other = createServer((_, response) => response.end('{"instances":[]}'));
  await new Promise<void>((resolve) => {
    other.listen(port, '127.0.0.1', resolve);
  });
  const end = await withStatusPage(config, options(), async (watcher) => {
    for (const entry of writeJournal().serve()) watcher?.entry(entry, false);
    expect(await stateAt(listen)).toBe('nothing');
    await new Promise((resolve) => {
      other.close(resolve);
      other.closeAllConnections();
    });
    await expect.poll(() => stateAt(listen), { timeout: 10_000 }).toBe('inService.idle');
    return 'released';
  });
  expect(end).toBe('released');
  expect(await stateAt(listen)).toBe('nothing');
}, 20_000);

test('a token that cannot be read costs the page, not the drain', async () => {
  const config = pageConfig(dir, await freePort());
  const { lines, ...given } = options();
  config.status.tokenFile = join(dir, 'missing');
  expect(await withStatusPage(config, given, async (watcher) => watcher)).toBeUndefined();
  expect(lines.join('')).toContain('no status page');
});

test('what fails in the engine is what fails, and the page ends with it', async () => {
  const config = pageConfig(dir, await freePort());
  const work = withStatusPage(config, options(), async () => {
    await expect.poll(() => stateAt(config.status.listen), { timeout: 10_000 }).toBe('nothing');
    throw new Error('the journal is damaged');
  });
  await expect(work).rejects.toThrow('the journal is damaged');
});
