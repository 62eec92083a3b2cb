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

describe('the table of real parts', () => {
  const part = { name: 'moto', version: '1', row: 'operation', rows: ['Seen', 'New'] };
  const seen = { part: 'moto', row: 'Seen', check: 'all', difference: null };

  test('misses a check of a row that was added, and a row of a check', () => {
    expect(gaps([part], [seen, { ...seen, row: 'Old' }])).toEqual([
      'moto: New: no check',
      'moto: Old: not in test/fidelity/parts.ts',
    ]);
  });

  test('counts what agreed, and gives the reason of what did not', () => {
    const page = fidelityPage([part], [seen, { ...seen, row: 'New', check: 'one', difference: 'a | b' }]);
    expect(page).toContain('| moto | 1 | 2 | 1 | 1 |');
    expect(page).toContain('| Seen | 1 | 1 |  |');
    expect(page).toContain('| New | 1 | 0 | a \\| b |');
  });
});
