import type { Check, Examination } from './examination.ts';
import { type Finding, unknown } from './finding.ts';

/** Checks that run at a time: some start programs. */
const AT_A_TIME = 6;
/** For one check, in ms. */
const LONGEST = 30_000;

export interface CheckResult {
  check: string;
  findings: Finding[];
}

/** Runs the checks side by side; the results are in their order. What keeps a check from looking is its finding. */
export async function runChecks(checks: readonly Check[], examination: Examination): Promise<CheckResult[]> {
  const results: CheckResult[] = checks.map(({ name }) => ({ check: name, findings: [] }));
  const waiting = checks.map((check, index) => ({ check, index }));
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { check, index } = next;
      results[index] = { check: check.name, findings: await findings(check, examination) };
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return results;
}

async function findings(check: Check, examination: Examination): Promise<Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${LONGEST / 1_000} s`)), LONGEST);
  });
  try {
    return await Promise.race([check.run(examination), late]);
  } catch (error) {
    examination.signal.throwIfAborted();
    return [unknown(`could not be found out: ${(error as Error).message}`, 'mend that, and ask again')];
  } finally {
    clearTimeout(timer);
  }
}
