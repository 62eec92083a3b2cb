// Finds ansible-playbook (core 2.14 or newer, with boto3), or installs it: a private virtual environment from PyPI,
// else Debian's packages. Says what it does on stderr and prints the absolute path on stdout.
// `node scripts/ensure-ansible.mjs [directory of the private one]`, or `import { ensureAnsible } from './ensure-ansible.mjs'`.
import { accessSync, constants, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPython, follow, installVenv, tryRun } from './private-venv.mjs';

const OLDEST = [2, 14];
const VENV = fileURLToPath(new URL('../.drover/ansible', import.meta.url));

/**
 * The absolute path of a usable ansible-playbook; installs it when there is none.
 * @param {{venv?: string, say?: (line: string) => void}} options `venv`: where the private one lies
 * @returns {Promise<string>}
 */
export async function ensureAnsible({ venv = VENV, say = (line) => process.stderr.write(`${line}\n`) } = {}) {
  const found = findAnsible({ venv, say });
  if (found !== null) return found;
  const ways = [() => installPrivately(venv, say), () => installDebianPackages(venv, say)];
  for (const install of ways) {
    try {
      const installed = await install();
      if (installed !== null) return installed;
    } catch (error) {
      say(`Ansible: that did not work: ${error.message}`);
    }
  }
  throw new Error(
    'ansible-playbook (core 2.14 or newer, with boto3) is missing and could not be installed. ' +
      'Install it: apt-get install ansible-core python3-boto3, or: python3 -m pip install ansible-core boto3',
  );
}

/**
 * The absolute path of a usable ansible-playbook that is there already, or null.
 * @param {{venv?: string, say?: (line: string) => void}} options
 * @returns {string | null}
 */
export function findAnsible({ venv = VENV, say = () => {} } = {}) {
  const onPath = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  const seen = new Set();
  for (const directory of [...onPath, join(venv, 'bin')]) {
    const command = join(directory, 'ansible-playbook');
    if (!isExecutable(command) || seen.has(command)) continue;
    seen.add(command);
    const problem = whyNot(command);
    if (problem === null) return command;
    say(`Ansible: ${command} cannot be used: ${problem}`);
  }
  return null;
}

function whyNot(command) {
  const shown = tryRun(command, ['--version']);
  if (shown === null) return 'it does not run';
  const version = /core (\d+)\.(\d+)/.exec(shown);
  if (version === null) return 'it does not tell its version';
  const [major, minor] = [Number(version[1]), Number(version[2])];
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return `it is ${major}.${minor}, and 2.14 is needed`;
  }
  const python = /python version = .*\((\/[^()]+)\)\s*$/m.exec(shown)?.[1];
  if (python === undefined) return 'it does not tell its Python';
  return tryRun(python, ['-c', 'import boto3']) === null ? `its Python (${python}) has no boto3` : null;
}

async function installPrivately(venv, say) {
  const python = findPython([3, 9]);
  if (python === null) {
    say('Ansible: no Python 3.9 or newer with venv, so no private virtual environment');
    return null;
  }
  say(
    `Ansible: not found; installing ansible-core and boto3 into ${venv} (about 110 MB, usually under a minute)`,
  );
  await installVenv({ home: venv, python, packages: ['ansible-core', 'boto3'], say });
  return findAnsible({ venv, say });
}

async function installDebianPackages(venv, say) {
  if (tryRun('apt-get', ['--version']) === null) {
    say('Ansible: no apt-get here');
    return null;
  }
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const packages = ['ansible-core', 'python3-boto3'];
  say(`Ansible: installing Debian's packages ${packages.join(' and ')} with apt-get`);
  const apt = (...args) => [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
  for (const [command, ...args] of [
    apt('update'),
    apt('install', '-y', '--no-install-recommends', ...packages),
  ]) {
    await follow(command, args, say);
  }
  return findAnsible({ venv, say });
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const invoked = process.argv[1];
if (invoked !== undefined && realpathSync(invoked) === fileURLToPath(import.meta.url)) {
  try {
    const [venv] = process.argv.slice(2);
    console.log(await ensureAnsible(venv === undefined ? {} : { venv }));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
