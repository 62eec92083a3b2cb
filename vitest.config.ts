import { defineConfig } from 'vitest/config';
import LongestFirst from './test/longest-first.ts';

const deep = process.env.DROVER_TEST_TIER === 'deep';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Every step, every fault, many seeds: by hand, `npm run test:deep`.
    exclude: deep ? [] : ['test/**/deep/**'],
    setupFiles: ['test/support/ansible-on-path.ts'],
    reporters: ['default', './test/reporter.ts'],
    pool: 'forks',
    // Scenarios mostly wait for real processes: four side by side also where there are only two cores.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    // Limits, not expectations: every wait is for a condition.
    testTimeout: deep ? 600_000 : 120_000,
    hookTimeout: 120_000,
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
