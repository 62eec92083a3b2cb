import { join, resolve } from 'node:path';
import { absent, type RealPart } from '../table.ts';

/** Where real parts are kept from one run to the next; git ignores it. */
export const keptIn = (name: string): string =>
  join(resolve(import.meta.dirname, '..', '..', '..'), '.drover', name);

export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * Where a real part lies, or null: it is neither there nor to be had on this machine. Then its tests skip, and one line
 * says how to get it; in CI that is an error.
 */
export async function installed(
  part: RealPart,
  install: () => Promise<string>,
  mend: string,
): Promise<string | null> {
  try {
    return await install();
  } catch (cause) {
    const problem = `${part.name} ${part.version} cannot be installed: ${(cause as Error).message.slice(0, 500)}; ${mend}`;
    if (process.env.CI) throw new Error(problem, { cause });
    say(`its fidelity tests are skipped: ${problem}`);
    absent(part);
    return null;
  }
}
