import { expect, test } from 'vitest';
import { paintFor, widthOf } from '../../src/terminal/paint.ts';
import { printable } from '../../src/terminal/printable.ts';
import { wrap } from '../../src/terminal/wrap.ts';

test.each([
  ['a terminal', { isTTY: true }, {}, true],
  ['a pipe', {}, {}, false],
  ['a terminal with NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
  ['a terminal with an empty NO_COLOR', { isTTY: true }, { NO_COLOR: '' }, true],
  ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
])('%s: colours or none', (_, screen, env, colours) => {
  expect(paintFor(screen, env).red('x')).toBe(colours ? '\u001b[31mx\u001b[0m' : 'x');
});

test('the width is the terminal’s own within reason, and 80 elsewhere', () => {
  expect([{}, { columns: 10 }, { columns: 90 }, { columns: 400 }].map(widthOf)).toEqual([80, 40, 90, 100]);
});

test('text is broken at spaces, later lines stand under the first', () => {
  expect(wrap('one two three four', 14, 'so: ')).toEqual(['so: one two', '    three four']);
  expect(wrap('a-word-that-is-too-long for it', 12)).toEqual(['a-word-that-is-too-long', 'for it']);
});

test('long text is cut where nobody would read on', () => {
  expect(printable('abcdef', 3)).toBe('abc…');
  expect(printable('a\tb\u0000\u001bc')).toBe('a b c');
});
