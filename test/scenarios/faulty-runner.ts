import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../src/config.ts';

const PRELOAD = pathToFileURL(join(import.meta.dirname, 'fixtures', 'faulty-metrics.mjs'));

/** Where an instance's runner is told how its metrics fail; the words: fixtures/faulty-metrics.mjs. */
export const metricsFault = ({ dir }: { dir: string }): string => join(dir, 'metrics-fault');

/** Whether a fault that was to strike once has struck. */
export const metricsStruck = (instance: { dir: string }): boolean =>
  existsSync(`${metricsFault(instance)}.struck`);

/** Makes an executable in the directory: the sandbox's gitlab-runner whose metrics can be made to fail. */
export function makeFaultyRunner(directory: string): string {
  const binary = join(directory, 'gitlab-runner');
  const runner = join(packageRoot(), 'sandbox', 'bin', 'gitlab-runner');
  writeFileSync(binary, `#!/bin/sh\nNODE_OPTIONS="--import ${PRELOAD}" exec "${runner}" "$@"\n`);
  chmodSync(binary, 0o755);
  return binary;
}
