import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { Hub } from '../../src/status/hub.ts';
import { stream } from '../../src/status/stream.ts';
import { writeJournal } from './journal.ts';

/** A response that counts what it is given, and takes it only when it is let. */
class Reader extends Writable {
  readonly given: string[] = [];
  take: (() => void) | null = null;
  readonly #isStuck: boolean;
  constructor(isStuck: boolean) {
    super({ highWaterMark: 16_384 });
    this.#isStuck = isStuck;
  }
  writeHead(): void {}
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.given.push(/event: (\w+)/.exec(String(chunk))?.[1] ?? 'none');
    if (this.#isStuck) this.take = done;
    else done();
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('the engine is kept waiting by nobody: nothing is written in the turn in which it tells', async () => {
  const hub = new Hub({ title: 'test' });
  const journal = writeJournal();
  const reader = new Reader(false);
  stream(hub, reader as unknown as ServerResponse, null);
  await turn();
  hub.entry(journal.first);
  await turn();
  expect(reader.given).toEqual(['none', 'hello', 'hello']);
  for (const entry of journal.serve()) hub.entry(entry);
  expect(reader.given).toHaveLength(3);
  await turn();
  expect(reader.given.slice(3)).toEqual(['step', 'step']);
  reader.destroy();
});

test('nothing is buffered for a reader that takes nothing, however much there is to tell', async () => {
  const hub = new Hub({ title: 'test' });
  const journal = writeJournal();
  for (const entry of journal.serve()) hub.entry(entry);
  const reader = new Reader(true);
  stream(hub, reader as unknown as ServerResponse, null);
  for (let count = 0; count < 10_000; count += 1) {
    hub.entry(journal.sample(count % 3));
    if (count % 100 === 0) await turn();
  }
  expect(reader.writableLength).toBeLessThan(40_000);
  // It reads again, behind what is still kept, and begins anew.
  for (let read = 0; read < 300 && !reader.given.slice(2).includes('hello'); read += 1) {
    reader.take?.();
    await turn();
  }
  expect(reader.given.slice(2)).toContain('hello');
  reader.destroy();
});
