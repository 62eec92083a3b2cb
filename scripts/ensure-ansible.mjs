// Finds ansible-playbook (core 2.14 or newer, with boto3), or installs it: a private virtual environment from PyPI,
// else Debian's packages. Says what it does on stderr and prints the absolute path on stdout.
// `node scripts/ensure-ansible.mjs`, or `import { ensureAnsible } from './ensure-ansible.mjs'`.
import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST = [2, 14];
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const VENV = join(ROOT, '.drover', 'ansible');
const PYTHONS = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3.9'];
/** An install that says nothing for this long is given up. */
const SILENCE_MS = 300_000;

/**
 * The absolute path of a usable ansible-playbook; installs it when there is none.
 * @param {{say?: (line: string) => void}} options
 * @returns {Promise<string>}
 */
export async function ensureAnsible({ say = (line) => process.stderr.write(`${line}\n`) } = {}) {
  const found = findAnsible(say);
  if (found !== null) return found;
  const ways = [() => installPrivately(say), () => installDebianPackages(say)];
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
 * @param {(line: string) => void} say
 * @returns {string | null}
 */
export function findAnsible(say = () => {}) {
  const onPath = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  const seen = new Set();
  for (const directory of [...onPath, join(VENV, 'bin')]) {
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
  const shown = run(command, ['--version']);
  if (shown === null) return 'it does not run';
  const version = /core (\d+)\.(\d+)/.exec(shown);
  if (version === null) return 'it does not tell its version';
  const [major, minor] = [Number(version[1]), Number(version[2])];
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return `it is ${major}.${minor}, and 2.14 is needed`;
  }
  const python = /python version = .*\((\/[^()]+)\)\s*$/m.exec(shown)?.[1];
  if (python === undefined) return 'it does not tell its Python';
  return run(python, ['-c', 'import boto3']) === null ? `its Python (${python}) has no boto3` : null;
}

async function installPrivately(say) {
  const python = PYTHONS.find(
    (name) => run(name, ['-c', 'import sys, venv, ensurepip; assert sys.version_info >= (3, 9)']) !== null,
  );
  if (python === undefined) {
    say('Ansible: no Python 3.9 or newer with venv, so no private virtual environment');
    return null;
  }
  say(
    `Ansible: not found; installing ansible-core and boto3 into ${VENV} (about 110 MB, usually under a minute)`,
  );
  rmSync(VENV, { recursive: true, force: true });
  mkdirSync(join(ROOT, '.drover'), { recursive: true });
  try {
    await follow(python, ['-m', 'venv', VENV], say);
    say('Ansible: 1/2 virtual environment made');
    const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--progress-bar', 'off'];
    await follow(join(VENV, 'bin', 'python'), [...pip, 'ansible-core', 'boto3'], say);
    say('Ansible: 2/2 packages installed');
  } catch (error) {
    rmSync(VENV, { recursive: true, force: true });
    throw error;
  }
  return findAnsible(say);
}

async function installDebianPackages(say) {
  if (run('apt-get', ['--version']) === null) {
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
  return findAnsible(say);
}

/** Runs a command to its end and says its steps; rejects with the end of its output when it fails. */
function follow(command, args, say) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let tail = '';
    let timer = setTimeout(() => child.kill(), SILENCE_MS);
    const read = (chunk) => {
      clearTimeout(timer);
      timer = setTimeout(() => child.kill(), SILENCE_MS);
      tail = (tail + chunk).slice(-2_000);
      for (const line of String(chunk).split('\n')) {
        if (/^(Collecting|Downloading|Installing|Get:|Setting up|Unpacking)/.test(line.trim()))
          say(`  ${line.trim()}`);
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else
        reject(
          new Error(
            `${command} ${args[0]} ended with ${code}: ${tail.trim().split('\n').slice(-3).join(' ')}`,
          ),
        );
    });
  });
}

function run(command, args) {
  try {
    return execFileSync(command, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 60_000,
    });
  } catch {
    return null;
  }
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
    console.log(await ensureAnsible());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
