import { defineConfig } from 'vitest/config';
import LongestFirst from './test/longest-first.ts';

const deep = process.env.DROVER_TEST_TIER === 'deep';

/** Every step, every fault, many seeds: by hand, `npm run test:deep`. */
const tooDeep = deep ? [] : ['test/**/deep/**'];

/** A part of the tests with its own number of workers; parts run one after the other. */
const group = (
  name: string,
  groupOrder: number,
  options: { include: string[]; exclude: string[]; maxWorkers: number },
) => ({ extends: true as const, test: { name, ...options, sequence: { groupOrder } } });

export default defineConfig({
  test: {
    // First what runs on this host, two files side by side: scenarios mostly wait for real processes. Then the systemd
    // hosts, several at once within a file, so one file at a time.
    projects: [
      group('scenarios', 0, {
        include: ['test/**/*.test.ts'],
        exclude: ['test/systemd/**', ...tooDeep],
        maxWorkers: 2,
      }),
      group('systemd', 1, { include: ['test/systemd/**/*.test.ts'], exclude: tooDeep, maxWorkers: 1 }),
    ],
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
