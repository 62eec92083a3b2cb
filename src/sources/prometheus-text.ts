/** One sample of the Prometheus text format. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const LINE = /^([A-Za-z_:][\w:]*)\s*(\{.*\})?\s+(\S+)(?:\s+-?\d+)?(?:\s+#.*)?\s*$/;
const LABEL = /([A-Za-z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"/gs;
const SPECIAL: Record<string, number> = {
  '+Inf': Number.POSITIVE_INFINITY,
  Inf: Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
  NaN: Number.NaN,
};

/**
 * Samples of the metrics in `names`, read loosely: other lines, also broken ones, are passed over. Throws when the
 * text is cut (its last line has no end), or when a line of a wanted metric is broken.
 */
export function parsePrometheusText(text: string, names: ReadonlySet<string>): Sample[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the text is cut: its last line has no end');
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const name = /^[A-Za-z_:][\w:]*/.exec(line)?.[0];
    if (name === undefined || !names.has(name)) continue;
    const match = LINE.exec(line.trimEnd());
    if (!match) throw new Error(`a line of ${name} cannot be read`);
    samples.push({ name, labels: parseLabels(match[2] ?? ''), value: parseValue(match[3] ?? '') });
  }
  return samples;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = Object.create(null);
  for (const [, name, value] of text.matchAll(LABEL)) {
    if (name !== undefined && value !== undefined) labels[name] = unescapeLabel(value);
  }
  return labels;
}

const unescapeLabel = (value: string): string =>
  value.replace(/\\(.)/gs, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));

function parseValue(text: string): number {
  return SPECIAL[text] ?? (/^[+-]?(\d|\.\d)/.test(text) ? Number(text) : Number.NaN);
}
