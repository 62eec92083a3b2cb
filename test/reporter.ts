import { writeSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Prints the counts as the very last line of the run, behind the coverage: `N passed, N failed`, and `, N skipped` if
 * any were. A file that could not be collected counts as one failure, since its tests did not run.
 */
export default class CountsReporter implements Reporter {
  #line = '0 passed, 0 failed';

  onInit(): void {
    process.once('exit', () => writeSync(1, `${this.#line}\n`));
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandled: ReadonlyArray<unknown>): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0 };
    for (const module of modules) {
      let tests = 0;
      for (const test of module.children.allTests()) {
        tests += 1;
        const { state } = test.result();
        counts[state === 'passed' || state === 'failed' ? state : 'skipped'] += 1;
      }
      if (tests === 0 && module.state() === 'failed') counts.failed += 1;
    }
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    this.#line = `${counts.passed} passed, ${counts.failed} failed${skipped}`;
  }
}
