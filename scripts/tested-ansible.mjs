// The Ansibles that Drover is tested on: the oldest core that it takes, and the newest that this Python takes. Each lies
// in a private virtual environment below .drover/, with the versions of its list, and is made where it is not there yet.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canStart, findPython, installVenv } from './private-venv.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @type {Record<'oldest' | 'newest', {list: string, pythons: [[number, number], [number, number]]}>} */
const LISTS = {
  oldest: {
    list: 'ansible-2.14.txt',
    pythons: [
      [3, 10],
      [3, 11],
    ],
  },
  // Who tests on a newer Python takes a newer core: 2.19 is the newest for 3.11. With ansible-lint.
  newest: {
    list: 'ansible-newest.txt',
    pythons: [
      [3, 11],
      [3, 13],
    ],
  },
};

/**
 * Which core it is, where its programs lie, and what it takes to have it.
 * @param {'oldest' | 'newest'} which
 */
export function testedAnsible(which) {
  const { list, pythons } = LISTS[which];
  const path = join(ROOT, 'scripts', list);
  const text = readFileSync(path, 'utf8');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const home = join(ROOT, '.drover', `ansible-${which}-${hash}`);
  const version = /^ansible-core==(.+)$/m.exec(text)?.[1] ?? 'not pinned';
  const [from, to] = pythons.map((python) => python.join('.'));
  const mend = `it takes Python ${from} to ${to} with venv (python3-venv), and PyPI`;
  return { version, list: path, home, programs: join(home, 'bin'), pythons, mend };
}

/**
 * The directory of that Ansible's programs; rejects where it is not there and cannot be installed.
 * @param {'oldest' | 'newest'} which
 * @param {(line: string) => void} say
 * @returns {Promise<string>}
 */
export async function ensureTestedAnsible(which, say) {
  const { version, list, home, programs, pythons, mend } = testedAnsible(which);
  if (canStart(join(programs, 'ansible-playbook'))) return programs;
  const python = findPython(...pythons);
  if (python === null) throw new Error(`ansible-core ${version}: no such Python here: ${mend}`);
  say(`installing ansible-core ${version}, for tests, into ${home} (about 110 MB, usually under a minute)`);
  try {
    await installVenv({ home, python, packages: ['--requirement', list], say });
  } catch (cause) {
    throw new Error(`ansible-core ${version} cannot be installed: ${cause.message}; ${mend}`, { cause });
  }
  return programs;
}
