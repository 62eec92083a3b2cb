import { mean, median, ratios } from './stats.ts';

/** What a measurement brings home: values in pairs, and what they must keep. */
export interface Figure {
  figure: string;
  unit: 's' | 'ms' | 'MB' | '% of a core';
  ours: number[];
  /** As many as ours, each taken beside its partner. */
  baseline: number[];
  /** What the baseline is, in a few words. */
  against: string;
  /**
   * `ratio` and `median` bind the median over all pairs, `medians` the ratio of both medians (where the values of a
   * pair have no common cause), `mean` ours over the whole time, `worst` every value. Null: it is only shown.
   */
  bound: { of: 'ratio' | 'median' | 'medians' | 'mean' | 'worst'; atMost: number } | null;
  /** Further numbers worth seeing, in the same unit; they bind nothing. */
  also?: Record<string, number>;
}

/** One line of `--json`. */
export interface Verdict {
  figure: string;
  ratio: number;
  pairs: number;
  ours: Side;
  baseline: Side & { is: string };
  bound: Figure['bound'];
  also?: Record<string, number>;
  ok: boolean;
}

interface Side {
  median: number;
  mean: number;
  worst: number;
  unit: Figure['unit'];
}

/** Judges a figure by its own bound. */
export function judge(figure: Figure): Verdict {
  const { unit, ours, baseline, bound, also } = figure;
  const side = (values: number[]): Side => ({
    median: rounded(median(values)),
    mean: rounded(mean(values)),
    worst: rounded(Math.max(...values)),
    unit,
  });
  const medians = median(ours) / median(baseline);
  const ratio = bound?.of === 'medians' ? medians : median(ratios(ours, baseline));
  const measured = { ratio, medians, median: median(ours), mean: mean(ours), worst: Math.max(...ours) };
  return {
    figure: figure.figure,
    ratio: rounded(ratio),
    pairs: ours.length,
    ours: side(ours),
    baseline: { ...side(baseline), is: figure.against },
    bound,
    ...(also === undefined ? {} : { also: mapValues(also, rounded) }),
    // Judged unrounded: 1.0504 is more than 1.05. What is no number keeps no bound.
    ok: bound === null || measured[bound.of] <= bound.atMost,
  };
}

/** A verdict for people, on one line. */
export function toLine(verdict: Verdict): string {
  const { ours, baseline, bound, ratio, also } = verdict;
  const unit = bound?.of === 'ratio' || bound?.of === 'medians' ? '×' : ` ${ours.unit}`;
  const more = Object.entries(also ?? {}).map(([name, value]) => `, ${name} ${value} ${ours.unit}`);
  return (
    `${verdict.ok ? 'ok    ' : 'missed'} ${verdict.figure}: ${ours.median} ${ours.unit} (mean ${ours.mean}, worst ${ours.worst}${more.join('')})` +
    ` against ${baseline.median} ${baseline.unit}, ${baseline.is}; ratio ${ratio},` +
    ` ${verdict.pairs} pairs; ${bound === null ? 'no bound' : `bound: ${bound.of} at most ${bound.atMost}${unit}`}`
  );
}

const rounded = (value: number): number => Number(value.toPrecision(4));

const mapValues = (record: Record<string, number>, map: (value: number) => number): Record<string, number> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
