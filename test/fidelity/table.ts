import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A real thing that the sandbox or Drover is held against, and what of it must be checked. */
export interface RealPart {
  name: string;
  /** What the tests ran, pinned: the same on every machine. */
  version: string;
  /** What a row is, such as `operation`. */
  row: string;
  /** From our own lists where there are any, so that what is added there needs a check here. */
  rows: readonly string[];
}

/** One thing that was compared with a real part. */
interface Check {
  part: string;
  row: string;
  check: string;
  /** Why the two differ, where that is known and meant; null: they agree. */
  difference: string | null;
}

/** Set by vitest.config.ts: a directory of this run alone. */
const RESULTS = 'DROVER_FIDELITY_RESULTS';
const ABSENT = '(absent)';

/** Records that `row` of `part` is the same in `check`. Call it behind the assertion; the same check twice counts once. */
export function agrees({ name }: RealPart, row: string, check: string): void {
  record({ part: name, row, check, difference: null });
}

/** Records a difference that is known, with its reason, for the table. Call it behind an assertion that shows it. */
export function differs({ name }: RealPart, row: string, check: string, why: string): void {
  record({ part: name, row, check, difference: why });
}

/** Records that this machine has no such part: then the table cannot be judged here. */
export function absent({ name }: RealPart): void {
  record({ part: name, row: ABSENT, check: ABSENT, difference: null });
}

function record(check: Check): void {
  const directory = process.env[RESULTS];
  if (directory === undefined) throw new Error(`${RESULTS} is not set: is vitest.config.ts in use?`);
  mkdirSync(directory, { recursive: true });
  appendFileSync(join(directory, `${process.pid}.ndjson`), `${JSON.stringify(check)}\n`);
}

/** What the tests of this run have recorded, each check once. */
export function recorded(): Check[] {
  const directory = process.env[RESULTS] ?? '';
  let files: string[] = [];
  try {
    files = readdirSync(directory);
  } catch {
    // None has recorded anything.
  }
  const lines = files.flatMap((file) => readFileSync(join(directory, file), 'utf8').split('\n'));
  const checks = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Check);
  return [
    ...new Map(checks.map((check) => [[check.part, check.row, check.check].join('\n'), check])).values(),
  ];
}

/** Parts that this machine does not have. */
export const absentParts = (checks: readonly Check[]): string[] =>
  checks.filter(({ row }) => row === ABSENT).map(({ part }) => part);

/** Rows that no test has checked, and checks of rows that nobody has listed: both mean that the table is wrong. */
export function gaps(parts: readonly RealPart[], checks: readonly Check[]): string[] {
  const listed = parts.flatMap(({ name, rows }) => rows.map((row) => `${name}: ${row}`));
  const checked = new Set(checks.map(({ part, row }) => `${part}: ${row}`));
  return [
    ...listed.filter((row) => !checked.has(row)).map((row) => `${row}: no check`),
    ...[...checked]
      .filter((row) => !listed.includes(row))
      .map((row) => `${row}: not in test/fidelity/parts.ts`),
  ].sort();
}

const HEAD = `# True to the real things

Made by the tests in test/fidelity/, which hold the sandbox and Drover's own clients against the real thing, or against
the closest to it that can be run without an account. \`npm run fidelity\` plays them and fails where this page is out of
date; \`npm run fidelity -- --update\` writes it.
`;

/** docs/fidelity.md: no dates and no durations, so that the same results make the same page. */
export function fidelityPage(parts: readonly RealPart[], checks: readonly Check[]): string {
  const of = (part: RealPart, row?: string) =>
    checks.filter((check) => check.part === part.name && (row === undefined || check.row === row));
  const summary = parts.map((part) => [
    part.name,
    part.version,
    ...counts(of(part)),
    `${known(of(part)).length}`,
  ]);
  const sections = parts.map((part) => {
    const rows = part.rows.map((row) => [row, ...counts(of(part, row)), known(of(part, row)).join('<br>')]);
    const columns = [part.row, 'checks', 'agreed', 'known differences, and why'];
    return `## ${part.name} ${part.version}\n\n${table(columns, rows)}`;
  });
  const all = table(['real part', 'version', 'checks', 'agreed', 'known differences'], summary);
  return [HEAD, all, ...sections].join('\n');
}

const counts = (checks: readonly Check[]): string[] => [
  `${checks.length}`,
  `${checks.filter(({ difference }) => difference === null).length}`,
];

const known = (checks: readonly Check[]): string[] =>
  [...new Set(checks.flatMap(({ difference }) => difference ?? []))].sort();

const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  [columns, columns.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`)
    .join('');
