export interface Scrape {
  families: Record<string, { help: string; type: string; buckets?: string[] }>;
  series: string[];
  sums: Record<string, number>;
}

/** A page as the recording has it: a histogram counts as one series, its bounds go to the family. */
export function readPage(page: string): Scrape {
  const scrape: Scrape = { families: {}, series: [], sums: {} };
  let family = '';
  for (const line of page.trimEnd().split('\n')) {
    const [, word, name, text = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      family = name;
      const known = scrape.families[name] ?? { help: '', type: '' };
      scrape.families[name] = { ...known, [word === 'HELP' ? 'help' : 'type']: text };
      continue;
    }
    const [, metric = '', , labels = '', value = ''] = /^([a-z_]+)(\{(.*)\})? (\S+)$/.exec(line) ?? [];
    const shown = scrape.families[family];
    const bound = /le="([^"]+)"/.exec(labels)?.[1];
    if (shown?.type === 'histogram' && bound !== undefined) {
      shown.buckets = [...new Set([...(shown.buckets ?? []), bound])];
    } else if (!(shown?.type === 'histogram' && metric.endsWith('_sum'))) {
      scrape.series.push(labels === '' ? family : `${family}{${labels}}`);
      scrape.sums[family] = (scrape.sums[family] ?? 0) + Number(value);
    }
  }
  scrape.series.sort();
  return scrape;
}
