import { describe, expect, test } from 'vitest';
import { parts } from './parts.ts';
import { fidelityPage, gaps, recorded } from './table.ts';

// Runs behind all others (vitest.config.ts), over what they recorded: alone it has nothing to judge.
describe('docs/fidelity.md', () => {
  test('every row of every real part was checked; played alone this fails: npm run fidelity', () => {
    expect(gaps(parts, recorded())).toEqual([]);
  });

  test('the page is what the tests of this run have seen; if not: npm run fidelity -- --update', async () => {
    await expect(fidelityPage(parts, recorded())).toMatchFileSnapshot('../../docs/fidelity.md');
  });
});
