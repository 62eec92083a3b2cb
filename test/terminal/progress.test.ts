import { describe, expect, test } from 'vitest';
import { createProgress } from '../../src/terminal/progress.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

function watched(isTerminal: boolean, more?: () => string | null) {
  const clock = createVirtualClock();
  let written = '';
  const write = (text: string) => {
    written += text;
  };
  const progress = createProgress({ clock, write, isTerminal, width: 60, ...(more ? { more } : {}) });
  return { clock, progress, written: () => written };
}

describe('on a terminal', () => {
  test('the last line tells the task, how long, and what is left; it is gone before another is written', async () => {
    let left = 3;
    const { clock, progress, written } = watched(true, () => `${left--} jobs left`);
    progress.begin('wait for the runner');
    await clock.advance(2_000);
    expect(written()).toContain('2 s, 2 jobs left: wait for the runner');
    progress.say('  ok       wait for the runner');
    expect(written().endsWith('\r\u001b[2K  ok       wait for the runner\n')).toBe(true);
    progress.end();
    const length = written().length;
    await clock.advance(60_000);
    expect(written()).toHaveLength(length);
  });

  test('a line never runs over the edge, where it could not be taken back', async () => {
    const { clock, progress, written } = watched(true);
    progress.begin('a task with a name that is '.repeat(10));
    await clock.advance(3_000);
    const [last = ''] = written().split('\r\u001b[2K').slice(-1);
    expect(last.length).toBeLessThan(60);
  });

  test('what is over at once is not told', async () => {
    const { clock, progress, written } = watched(true);
    progress.begin('quick');
    await clock.advance(500);
    progress.end();
    expect(written()).toBe('');
  });
});

test('in a pipe, long work is told once a minute, in lines of their own', async () => {
  const { clock, progress, written } = watched(false);
  progress.begin('wait for the runner');
  await clock.advance(150_000);
  progress.end();
  expect(written()).toBe('  …        1 m: wait for the runner\n  …        2 m: wait for the runner\n');
});
