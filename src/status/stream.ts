import type { ServerResponse } from 'node:http';
import type { Hub } from './hub.ts';

/** A reader that has taken nothing for this long (ms) is let go; it comes back and resumes. */
const STALLED = 30_000;
/** Something is sent at least this often (ms), so that both ends notice a dead connection. */
const KEEP_ALIVE = 15_000;
/** The browser comes back after this long (ms). */
const RETRY = 1_000;

/**
 * Server-sent events for one reader: first `hello`, or with `lastId` what came after it, then all that is new. Nothing
 * is buffered for a slow reader: it is written to only while it reads; where it has fallen behind by more than the feed
 * keeps, it begins anew with `hello`, and one that takes nothing for long is let go.
 */
export function stream(hub: Hub, response: ServerResponse, lastId: string | null): void {
  const { feed } = hub;
  let position = lastId === null ? null : feed.positionAfter(lastId);
  let blocked = false;
  let stalled: NodeJS.Timeout | undefined;
  let scheduled = false;

  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const write = (text: string) => {
    blocked = !response.write(text);
    if (blocked) stalled ??= setTimeout(() => response.destroy(), STALLED);
  };
  const greet = () => {
    position = feed.end;
    write(`id: ${feed.lastId}\nevent: hello\ndata: ${feed.asText(hub.hello(Date.now()))}\n\n`);
  };
  const pump = () => {
    scheduled = false;
    while (!blocked && !response.destroyed && position !== null && position < feed.end) {
      const text = feed.textAt(position);
      if (text === null) {
        greet();
        continue;
      }
      position += 1;
      write(text);
    }
  };
  // Not in the turn of whoever had something to tell: the engine is not kept waiting.
  const wake = () => {
    if (scheduled || blocked) return;
    scheduled = true;
    setImmediate(pump);
  };
  response.write(`retry: ${RETRY}\n\n`);
  if (position === null) greet();
  const unsubscribe = feed.subscribe(wake);
  response.on('drain', () => {
    blocked = false;
    clearTimeout(stalled);
    stalled = undefined;
    wake();
  });
  const beat = setInterval(() => {
    if (!blocked) write(': still here\n\n');
  }, KEEP_ALIVE);
  response.on('close', () => {
    unsubscribe();
    clearInterval(beat);
    clearTimeout(stalled);
  });
  response.on('error', () => {});
  wake();
}
