import { FAMILIES, type FamilyName } from './families.ts';

export type Labels = Record<string, string>;

interface Histogram {
  counts: number[];
  sum: number;
  count: number;
}

/** Prometheus metrics in memory, rendered in the text format. A family without a sample is not shown. */
export class MetricsRegistry {
  readonly #values = new Map<FamilyName, Map<string, number>>();
  readonly #histograms = new Map<FamilyName, Map<string, Histogram>>();

  add(name: FamilyName, labels: Labels = {}, by = 1): void {
    const series = this.#seriesOf(name);
    const key = render(labels);
    series.set(key, (series.get(key) ?? 0) + by);
  }

  set(name: FamilyName, labels: Labels, value: number): void {
    this.#seriesOf(name).set(render(labels), value);
  }

  /** Forgets every series of a family. */
  clear(name: FamilyName): void {
    this.#values.delete(name);
  }

  /** Makes the histogram's series visible without an observation. */
  prepare(name: FamilyName, labels: Labels = {}): Histogram {
    const all = this.#histograms.get(name) ?? new Map<string, Histogram>();
    this.#histograms.set(name, all);
    const key = render(labels);
    const kept = all.get(key) ?? { counts: (FAMILIES[name].buckets ?? []).map(() => 0), sum: 0, count: 0 };
    all.set(key, kept);
    return kept;
  }

  observe(name: FamilyName, labels: Labels, value: number): void {
    const histogram = this.prepare(name, labels);
    histogram.sum += value;
    histogram.count += 1;
    for (const [index, bound] of (FAMILIES[name].buckets ?? []).entries())
      if (value <= bound) histogram.counts[index] = (histogram.counts[index] ?? 0) + 1;
  }

  /** The whole page, with one more count for each of `shown` in a family that otherwise holds still. */
  renderWith(name: FamilyName, shown: Labels[]): string {
    const kept = new Map(this.#seriesOf(name));
    for (const labels of shown) this.add(name, labels);
    const page = this.render();
    this.#values.set(name, kept);
    return page;
  }

  render(): string {
    const lines: string[] = [];
    for (const name of Object.keys(FAMILIES).sort() as FamilyName[]) {
      const samples = [...this.#plainLines(name), ...this.#histogramLines(name)];
      if (samples.length === 0) continue;
      lines.push(
        `# HELP ${name} ${FAMILIES[name].help}`,
        `# TYPE ${name} ${FAMILIES[name].type}`,
        ...samples,
      );
    }
    return `${lines.join('\n')}\n`;
  }

  #seriesOf(name: FamilyName): Map<string, number> {
    const series = this.#values.get(name) ?? new Map<string, number>();
    this.#values.set(name, series);
    return series;
  }

  #plainLines(name: FamilyName): string[] {
    const series = [...(this.#values.get(name) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    return series.map(([labels, value]) => `${name}${braced(labels)} ${value}`);
  }

  #histogramLines(name: FamilyName): string[] {
    const bounds = FAMILIES[name].buckets ?? [];
    const series = [...(this.#histograms.get(name) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    return series.flatMap(([labels, { counts, sum, count }]) => {
      const bucket = (bound: string) => braced([labels, `le="${bound}"`].filter(Boolean).join(','));
      return [
        ...bounds.map((bound, index) => `${name}_bucket${bucket(String(bound))} ${counts[index]}`),
        `${name}_bucket${bucket('+Inf')} ${count}`,
        `${name}_sum${braced(labels)} ${sum}`,
        `${name}_count${braced(labels)} ${count}`,
      ];
    });
  }
}

const braced = (labels: string): string => (labels === '' ? '' : `{${labels}}`);

function render(labels: Labels): string {
  return Object.keys(labels)
    .sort()
    .map((key) => `${key}="${escaped(labels[key] ?? '')}"`)
    .join(',');
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
