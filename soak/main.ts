import { readOptions, type SoakOptions } from './options.ts';
import { problemsOf, reportOf, toText } from './report.ts';
import { soak } from './run.ts';
import { type SoakWorld, startWorld } from './world.ts';

// A group of instances with random jobs, faults, kills, Spot notices and operators who interfere:
// `npm run soak -- --minutes N [--instances 8] [--seed 1] [--json]`.
// Exit code 1 when something was lost, left, timed out or terminated without a reason, 2 for wrong usage.

let options: SoakOptions;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exit(2);
}
const world = await startWorld(options);
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => void world.close().finally(() => process.exit(code)));
}
process.exitCode = await run(world, options);

/** The exit code: 1 when the report has a problem to tell. */
async function run(world: SoakWorld, { minutes, json, seed }: SoakOptions): Promise<number> {
  let well = false;
  try {
    const struck = await soak(world, minutes, (event) => {
      if (json) console.log(JSON.stringify(event));
      else console.error(`${event.seconds} s  ${event.what ?? event.event} ${event.whom ?? ''}`.trimEnd());
    });
    const summary = reportOf(world, struck, seed);
    console.log(json ? JSON.stringify(summary) : toText(summary));
    well = problemsOf(summary).length === 0;
    return well ? 0 : 1;
  } finally {
    if (!well) console.error(`journals, logs and the event log are in ${world.dir}`);
    await world.close(!well);
  }
}
