import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import LongestFirst from './test/longest-first.ts';

const deep = process.env.DROVER_TEST_TIER === 'deep';

/** Every step, every fault, many seeds: by hand, `npm run test:deep`. */
const tooDeep = deep ? [] : ['test/**/deep/**'];

/** What the fidelity tests of this run record, for the table that is made of it (test/fidelity/table.ts). */
const fidelityResults = join(tmpdir(), `drover-fidelity-${process.pid}`);
process.once('exit', () => rmSync(fidelityResults, { recursive: true, force: true }));
const FIDELITY_TABLE = 'test/fidelity/table.test.ts';

/** A part of the tests with its own number of workers; parts run one after the other. */
const group = (
  name: string,
  groupOrder: number,
  options: { include: string[]; exclude: string[]; maxWorkers: number },
) => ({ extends: true as const, test: { name, ...options, sequence: { groupOrder } } });

export default defineConfig({
  test: {
    // First what runs on this host, two files side by side: scenarios mostly wait for real processes. Then the systemd
    // hosts, several at once within a file, so one file at a time. Last the table of what the fidelity tests saw.
    projects: [
      group('scenarios', 0, {
        include: ['test/**/*.test.ts'],
        exclude: ['test/systemd/**', FIDELITY_TABLE, ...tooDeep],
        maxWorkers: 2,
      }),
      group('systemd', 1, { include: ['test/systemd/**/*.test.ts'], exclude: tooDeep, maxWorkers: 1 }),
      group('fidelity-table', 2, { include: [FIDELITY_TABLE], exclude: [], maxWorkers: 1 }),
    ],
    env: { DROVER_FIDELITY_RESULTS: fidelityResults },
    setupFiles: ['test/support/ansible-on-path.ts'],
    reporters: ['default', './test/reporter.ts'],
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    // Limits, not expectations: every wait is for a condition.
    testTimeout: deep ? 600_000 : 120_000,
    hookTimeout: 120_000,
    // Real processes on a busy machine: what fails is played once more, and the report says that it was.
    retry: 1,
    expect: { poll: { timeout: 30_000 } },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary'],
      // Printed, never gated: most of the engine runs in processes of its own during the scenarios.
      reportOnFailure: true,
    },
  },
});
