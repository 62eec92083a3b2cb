import type { Paint } from '../terminal/paint.ts';
import { printable } from '../terminal/printable.ts';
import { wrap } from '../terminal/wrap.ts';
import type { Level } from './finding.ts';
import type { CheckResult } from './run-checks.ts';

const MARKS: Record<Level, string> = { ok: 'ok', advice: 'advice', danger: 'DANGER', unknown: '?' };

/** All findings for people: a line a finding, what to do below it, and a sum. */
export function describeFindings(
  results: readonly CheckResult[],
  { paint, width }: { paint: Paint; width: number },
): string {
  const colours: Record<Level, (text: string) => string> = {
    ok: paint.green,
    advice: paint.yellow,
    danger: paint.red,
    unknown: paint.cyan,
  };
  const lines = results.flatMap(({ check, findings }) =>
    findings.flatMap(({ level, text, mend }) => {
      const label = `${MARKS[level].padEnd(6)}  ${check.padEnd(17)}  `;
      const [first = '', ...rest] = wrap(printable(text), width, label);
      return [
        `${colours[level](MARKS[level].padEnd(6))}${first.slice(MARKS[level].padEnd(6).length)}`,
        ...rest,
        ...(mend === null ? [] : wrap(printable(mend), width, `${' '.repeat(label.length)}→ `)),
      ];
    }),
  );
  const { ok, advice, danger, unknown } = countFindings(results);
  const sum = `${ok} ok, ${advice} advice, ${danger} danger, ${unknown} not found out`;
  return [...lines, '', danger > 0 ? paint.red(sum) : paint.bold(sum)].join('\n');
}

/** How many findings of each kind there are. */
export function countFindings(results: readonly CheckResult[]): Record<Level, number> {
  const counts: Record<Level, number> = { ok: 0, advice: 0, danger: 0, unknown: 0 };
  for (const { findings } of results) for (const { level } of findings) counts[level] += 1;
  return counts;
}
