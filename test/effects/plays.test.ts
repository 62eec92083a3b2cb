import { expect, test } from 'vitest';
import { createPlays, type PlayRequest, type RunningPlay } from '../../src/effects/plays.ts';

/** Plays that end when told to, and a record of what was started and ended. */
function stage() {
  const log: string[] = [];
  const ends = new Map<string, (outcome: 'succeeded' | 'failed') => void>();
  const start = ({ operation }: PlayRequest): RunningPlay => {
    log.push(`start ${operation}`);
    let settle: (outcome: 'succeeded' | 'failed' | 'cancelled') => void = () => {};
    const result = new Promise<Awaited<RunningPlay['result']>>((resolve) => {
      settle = (outcome) => {
        log.push(`${outcome} ${operation}`);
        resolve({ outcome, message: outcome, facts: { runnersLeft: 0 } });
      };
    });
    ends.set(operation, settle);
    return { result, cancel: async () => settle('cancelled') };
  };
  const request = (operation: string) => (): PlayRequest => ({
    operation,
    playbook: 'gitlab_runner_init',
    variables: {},
    timeoutMs: null,
  });
  return { log, end: (id: string) => ends.get(id)?.('succeeded'), plays: createPlays(start), request };
}

test('a play that succeeds reports its facts', async () => {
  const { plays, request, end, log } = stage();
  const ended = plays.play(request('init-1'), 'init-1');
  await expect.poll(() => log).toEqual(['start init-1']);
  end('init-1');
  expect(await ended).toEqual({ type: 'playbook.succeeded', operation: 'init-1', facts: { runnersLeft: 0 } });
});

test('a play waits until the cancelled one before it is gone', async () => {
  const { plays, request, log } = stage();
  const init = plays.play(request('init-1'), 'init-1');
  void plays.play(request('unreg-2'), 'unreg-2');
  await expect.poll(() => log).toEqual(['start init-1']);
  await plays.cancel('init-1');
  expect(await init).toMatchObject({ type: 'playbook.failed', reason: 'cancelled' });
  await expect.poll(() => log).toEqual(['start init-1', 'cancelled init-1', 'start unreg-2']);
  await plays.cancelAll();
});

test('a play that is cancelled while it waits never starts', async () => {
  const { plays, request, log, end } = stage();
  void plays.play(request('init-1'), 'init-1');
  const waiting = plays.play(request('scale-2'), 'scale-2');
  await expect.poll(() => log).toEqual(['start init-1']);
  const cancelled = plays.cancel('scale-2');
  end('init-1');
  await cancelled;
  expect(await waiting).toMatchObject({ reason: 'cancelled', operation: 'scale-2' });
  expect(log).not.toContain('start scale-2');
});

test('the same operation is not started twice', async () => {
  const { plays, request, log, end } = stage();
  const both = [plays.play(request('init-1'), 'init-1'), plays.play(request('init-1'), 'init-1')];
  await expect.poll(() => log).toEqual(['start init-1']);
  end('init-1');
  const [first, second] = await Promise.all(both);
  expect(first).toBe(second);
});

test('cancelling what has ended does nothing', async () => {
  const { plays } = stage();
  await plays.cancel('init-9');
});

test('variables that are refused end the play before it starts', async () => {
  const { plays, log } = stage();
  const refuse = () => {
    throw new Error('gitlab_runner_url must be a URL');
  };
  expect(await plays.play(refuse, 'init-1')).toMatchObject({
    type: 'playbook.failed',
    reason: 'spawn',
    message: 'gitlab_runner_url must be a URL',
  });
  expect(log).toEqual([]);
});

test('an overdue play is ended and reports a timeout', async () => {
  const { plays, request } = stage();
  expect(await plays.play(request('unreg-1'), 'unreg-1', async () => true)).toMatchObject({
    reason: 'timeout',
  });
});
