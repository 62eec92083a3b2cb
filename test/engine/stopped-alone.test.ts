import { once } from 'node:events';
import { expect, test } from 'vitest';
import { stoppedAlone } from '../../src/engine/halt.ts';

test('a stop of this process alone ends its start, also one that came before', async () => {
  const stop = new AbortController();
  const given = stoppedAlone(stop.signal, async () => null);
  const reason = new Error('stopped by SIGTERM');
  const ended = once(given, 'abort');
  stop.abort(reason);
  await ended;
  expect(given.reason).toBe(reason);
  const late = stoppedAlone(stop.signal, async () => null);
  if (!late.aborted) await once(late, 'abort');
  expect(late.reason).toBe(reason);
});

test('a stop with the host lets the start go on, so that the runner is seen to', async () => {
  const stop = new AbortController();
  let asked = () => {};
  const answered = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const given = stoppedAlone(stop.signal, async () => {
    asked();
    return 'poweroff';
  });
  stop.abort(new Error('stopped by SIGTERM'));
  await answered;
  await Promise.resolve();
  expect(given.aborted).toBe(false);
});
