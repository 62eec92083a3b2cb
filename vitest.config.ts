import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import LongestFirst from './test/longest-first.ts';

const deep = process.env.DROVER_TEST_TIER === 'deep';

/** Every step, every fault, many seeds: by hand, `npm run test:deep`. What it shares with the ordinary tier is longer in it. */
const DEEP = 'test/**/deep/**/*.test.ts';
const LONGER = [
  'test/model/**/*.test.ts',
  'test/crashes/**/*.test.ts',
  'test/{engine,effects}/{journal-over-time,withheld}.test.ts',
];

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

const onNewest = group('newest-ansible', 1, {
  include: ['test/scenarios/*.test.ts', 'test/scenarios/deep/[lt]*.test.ts'],
  exclude: ['test/scenarios/invariants.test.ts'],
  maxWorkers: 3,
});
const newestAnsible = { ...onNewest, test: { ...onNewest.test, env: { DROVER_TEST_ANSIBLE: 'newest' } } };

export default defineConfig({
  test: {
    // More files than cores, and few tests of each: scenarios and systemd hosts wait for real processes more than they
    // compute, and those that are about time bear the load of a few. Last the table of what the fidelity tests saw.
    projects: [
      group('drover', 0, {
        include: deep ? [DEEP, ...LONGER] : ['test/**/*.test.ts'],
        exclude: deep ? [] : [FIDELITY_TABLE, DEEP],
        // In the deep tier each file plays several scenarios at once.
        maxWorkers: deep ? 2 : 3,
      }),
      // Behind the rest of the deep tier: every scenario once more, on the newest Ansible; the sweeps of all steps and
      // faults are about Drover itself.
      ...(deep ? [newestAnsible] : []),
      group('fidelity-table', 2, { include: deep ? [] : [FIDELITY_TABLE], exclude: [], maxWorkers: 1 }),
    ],
    maxConcurrency: 3,
    env: { DROVER_FIDELITY_RESULTS: fidelityResults },
    globalSetup: ['test/support/tested-ansible.ts'],
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
