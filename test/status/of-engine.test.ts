import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JournalEntry } from '../../src/engine/journal-format.ts';
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

test('an entry that the page cannot show is not the engine’s trouble', async () => {
  const config = pageConfig(dir, await freePort());
  const { lines, ...given } = options();
  const strange = { event: { type: 'x', at: 1 }, from: null, to: 'x', commands: [], record: null };
  await withStatusPage(config, given, async (watcher) => {
    watcher?.entry(strange as unknown as JournalEntry, false);
    watcher?.entry(writeJournal().first, false);
    await expect.poll(() => stateAt(config.status.listen), { timeout: 10_000 }).toBe('discovering');
  });
  expect(lines.filter((line) => line.includes('the status page cannot show this'))).toHaveLength(1);
});

test('what fails in the engine is what fails, and the page ends with it', async () => {
  const config = pageConfig(dir, await freePort());
  const work = withStatusPage(config, options(), async () => {
    await expect.poll(() => stateAt(config.status.listen), { timeout: 10_000 }).toBe('nothing');
    throw new Error('the journal is damaged');
  });
  await expect(work).rejects.toThrow('the journal is damaged');
});

test('no secret reaches the page: neither one of the configuration, nor one that GitLab has just made', async () => {
  const config = pageConfig(dir, await freePort());
  const env = { TOKEN: 'a-token-of-the-configuration' };
  const rotated = 'glrt-t1_rotatedByTheRunner';
  await withStatusPage(config, { ...options(), env }, async (watcher) => {
    const journal = writeJournal();
    const [first] = journal.serve();
    if (first !== undefined) watcher?.entry(first, false);
    const message = `refused: ${env.TOKEN} and ${rotated}`;
    watcher?.entry(
      journal.send({ type: 'playbook.failed', operation: 'init-1', reason: 'failed', message, facts: {} }),
      false,
    );
    watcher?.play('init-1', { event: 'start', counter: 1, at: 1 });
    watcher?.play('init-1', { event: 'task', counter: 2, at: 2, task: 'Register' });
    watcher?.play('init-1', { event: 'failed', counter: 3, at: 3, task: 'Register', msg: message });
    const { listen } = config.status;
    await expect.poll(() => stateAt(listen), { timeout: 10_000 }).not.toBe('nothing');
    const abort = new AbortController();
    const events = await fetch(`http://${listen}/events`, { signal: abort.signal });
    let told = '';
    for await (const chunk of events.body ?? []) {
      told += Buffer.from(chunk).toString('utf8');
      if (/event: hello\n.*\n\n/.test(told)) break;
    }
    abort.abort();
    expect(told).toContain('refused: [redacted] and glrt-[redacted]');
    for (const secret of [env.TOKEN, rotated]) expect(told).not.toContain(secret);
  });
});
