import { expect, test } from 'vitest';
import { readOptions } from '../../soak/options.ts';

test('what is not given has a default, except how long', () => {
  expect(readOptions(['--minutes', '0.5'])).toEqual({ minutes: 0.5, json: false, seed: 1, instances: 8 });
});

test.each([
  [[], '--minutes must say how long'],
  [['--minutes', '0'], '--minutes must say how long'],
  [['--minutes', '1', '--seed', 'x'], '--seed must be a whole number'],
  [['--minutes', '1', '--instances', '0'], '--instances must be a whole number from 1'],
])('wrong usage %j is named', (args, words) => {
  expect(() => readOptions(args)).toThrow(words);
});
