// Runs ansible-lint over the playbooks and roles (.ansible-lint has the profile), from a private virtual environment
// with the versions of ansible-lint.txt. Without a network it is skipped, but not in CI.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPython, installVenv } from './private-venv.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const REQUIREMENTS = join(ROOT, 'scripts', 'ansible-lint.txt');
const versions = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 8);
const HOME = join(ROOT, '.drover', `ansible-lint-${versions}`);
const say = (line) => process.stderr.write(`${line}\n`);

if (!existsSync(join(HOME, 'bin', 'ansible-lint'))) await install();
const PATH = `${join(HOME, 'bin')}${delimiter}${process.env.PATH}`;
const { status, error } = spawnSync('ansible-lint', ['--offline', '--nocolor'], {
  cwd: ROOT,
  env: { ...process.env, PATH },
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (error !== undefined) say(`ansible-lint cannot be started: ${error.message}`);
process.exit(status ?? 1);

async function install() {
  const python = findPython([3, 11]);
  say(`ansible-lint: installing it into ${HOME}`);
  try {
    if (python === null) throw new Error('no Python 3.11 or newer with venv');
    await installVenv({ home: HOME, python, packages: ['--requirement', REQUIREMENTS], say });
  } catch (error) {
    say(`ansible-lint: not installed: ${error.message}`);
    if (process.env.CI) process.exit(1);
    say('ansible-lint: skipped; it needs Python 3.11 or newer, python3-venv and PyPI');
    process.exit(0);
  }
}
