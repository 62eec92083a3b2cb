import { describe, expect, it } from 'vitest';
import { type Figure, judge, toLine } from '../../bench/lib/figure.ts';
import { readOptions } from '../../bench/lib/options.ts';
import { median, ratios } from '../../bench/lib/stats.ts';

const figure = (change: Partial<Figure> = {}): Figure => ({
  figure: 'tea-over-coffee',
  unit: 's',
  ours: [3, 1, 2],
  baseline: [2, 1, 2],
  against: 'coffee',
  bound: { of: 'ratio', atMost: 1.05 },
  ...change,
});

describe('the numbers of the bench', () => {
  it('the median of an odd number of values is one of them, of an even number lies between two', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([10, 1, 5, 6])).toBe(5.5);
    expect(() => median([])).toThrow('no values');
  });

  it('the ratio is taken pair by pair, so a slow minute that hits both sides changes nothing', () => {
    expect(ratios([1, 10], [2, 20])).toEqual([0.5, 0.5]);
    expect(() => ratios([1, 2], [1])).toThrow('baseline');
  });
});

describe('the verdict', () => {
  it('binds the ratio, the median, the mean or every value, as the figure says', () => {
    expect(judge(figure()).ok).toBe(true);
    expect(judge(figure({ bound: { of: 'ratio', atMost: 0.99 } })).ok).toBe(false);
    expect(judge(figure({ bound: { of: 'median', atMost: 2 } })).ok).toBe(true);
    expect(judge(figure({ ours: [2, 2, 6], bound: { of: 'mean', atMost: 3 } })).ok).toBe(false);
    expect(judge(figure({ bound: { of: 'worst', atMost: 2.9 } })).ok).toBe(false);
  });

  it('judges what was measured, not what is shown', () => {
    const verdict = judge(figure({ ours: [1.05001], baseline: [1] }));
    expect(verdict).toMatchObject({ ratio: 1.05, ok: false });
  });

  it('is a line of JSON with the figure, its ratio, the pairs and both sides', () => {
    expect(JSON.parse(JSON.stringify(judge(figure({ also: { tail: 1.23456 } }))))).toEqual({
      figure: 'tea-over-coffee',
      ratio: 1,
      pairs: 3,
      ours: { median: 2, mean: 2, worst: 3, unit: 's' },
      baseline: { median: 2, mean: 1.667, worst: 2, unit: 's', is: 'coffee' },
      bound: { of: 'ratio', atMost: 1.05 },
      also: { tail: 1.235 },
      ok: true,
    });
  });

  it('is a line of text that says whether the bound is kept', () => {
    expect(toLine(judge(figure()))).toMatch(/^ok .*tea-over-coffee: 2 s .*ratio 1, 3 pairs; bound: ratio/);
    expect(toLine(judge(figure({ ours: [9, 9, 9] })))).toMatch(/^missed tea-over-coffee: 9 s/);
  });
});

describe('the command line of the bench', () => {
  const known = ['a', 'b'];

  it('takes every figure with 15 pairs unless told otherwise', () => {
    expect(readOptions([], known)).toEqual({ figures: ['a', 'b'], pairs: 15, json: false });
    expect(readOptions(['b', '--pairs', '20', '--json'], known)).toEqual({
      figures: ['b'],
      pairs: 20,
      json: true,
    });
  });

  it('names what is wrong', () => {
    expect(() => readOptions(['c'], known)).toThrow('no figure c: take a, b');
    expect(() => readOptions(['--pairs', 'many'], known)).toThrow('--pairs');
    expect(() => readOptions(['--quick'], known)).toThrow('--quick');
  });
});
