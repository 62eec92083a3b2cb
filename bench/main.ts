import { agentAtRest } from './agent-at-rest.ts';
import { engineOverBare } from './engine-over-bare.ts';
import { jobEndToRelease } from './job-end-to-release.ts';
import { journalOverTime } from './journal.ts';
import { type Figure, judge, toLine } from './lib/figure.ts';
import { type BenchOptions, readOptions } from './lib/options.ts';
import { closeWorlds } from './lib/world.ts';
import { noticeToSigquit } from './notice-to-sigquit.ts';
import { agentWatched } from './page.ts';
import { atRest, restFigures } from './services/at-rest.ts';
import { lifeFigures, lives } from './services/lives.ts';
import { unregOverNaive } from './unreg-over-naive.ts';

// Measures what Drover promises about speed and size: `npm run bench -- [FIGURE…] [--pairs N] [--json]`.
// Exit code 1 when a bound is missed or a measurement fails, 2 for wrong usage.

/** Each measurement with the figures that it brings. */
const MEASUREMENTS: Array<{ figures: string[]; measure(pairs: number): Promise<Figure[]> }> = [
  { figures: ['engine-over-bare'], measure: engineOverBare },
  { figures: ['unreg-over-naive'], measure: unregOverNaive },
  { figures: ['notice-to-sigquit'], measure: noticeToSigquit },
  { figures: ['job-end-to-release'], measure: jobEndToRelease },
  { figures: ['agent-rss', 'agent-cpu'], measure: agentAtRest },
  { figures: ['journal-size', 'journal-start'], measure: journalOverTime },
  { figures: ['page'], measure: agentWatched },
  { figures: lifeFigures, measure: lives },
  { figures: restFigures, measure: atRest },
];

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => void closeWorlds().finally(() => process.exit(code)));
}

let options: BenchOptions;
try {
  options = readOptions(
    process.argv.slice(2),
    MEASUREMENTS.flatMap(({ figures }) => figures),
  );
} catch (error) {
  console.error((error as Error).message);
  process.exit(2);
}
process.exitCode = await run(options);

/** The exit code: 1 when a bound is missed. */
async function run(options: BenchOptions): Promise<number> {
  let missed = 0;
  for (const { figures, measure } of MEASUREMENTS) {
    const wanted = figures.filter((name) => options.figures.includes(name));
    if (wanted.length === 0) continue;
    if (!options.json) console.error(`measuring ${wanted.join(', ')} (${options.pairs} pairs)…`);
    for (const figure of await measure(options.pairs)) {
      if (!wanted.includes(figure.figure)) continue;
      const verdict = judge(figure);
      if (!verdict.ok) missed += 1;
      console.log(options.json ? JSON.stringify(verdict) : toLine(verdict));
    }
  }
  return missed === 0 ? 0 : 1;
}
