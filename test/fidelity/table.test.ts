import { describe, expect, test } from 'vitest';
import { parts } from './parts.ts';
import { absentParts, fidelityPage, gaps, recorded } from './table.ts';

// Runs behind all others (vitest.config.ts), over what they recorded: alone it has nothing to judge.
const checks = recorded();
const absent = absentParts(checks);
if (absent.length > 0)
  process.stderr.write(`docs/fidelity.md cannot be judged without ${absent.join(', ')}\n`);

describe.skipIf(absent.length > 0)('docs/fidelity.md', () => {
  test('every row of every real part was checked; played alone this fails: npm run fidelity', () => {
    expect(gaps(parts, checks)).toEqual([]);
  });

  test('the page is what the tests of this run have seen; if not: npm run fidelity -- --update', async () => {
    await expect(fidelityPage(parts, checks)).toMatchFileSnapshot('../../docs/fidelity.md');
  });
});
