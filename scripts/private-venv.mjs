// A private Python virtual environment below .drover/. It is complete as soon as it can be seen: each install goes into
// a directory of its own, and a symbolic link is moved to it at the end, so that a run that was killed, or two at once,
// leave nothing half-made in anybody's way.
import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Newest first would pick one that packages do not support yet: the system's own comes first. */
const PYTHONS = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3.9'];
/** An install that says nothing for this long is given up. */
const SILENCE_MS = 300_000;
/** What an install that was killed has left is removed by a later one, after this long. */
const STALE_MS = 3_600_000;

/**
 * A Python that can make virtual environments, of these versions, or null.
 * @param {[number, number]} oldest
 * @param {[number, number]} newest
 * @returns {string | null}
 */
export function findPython(oldest, newest = [3, 99]) {
  const versions = `(${oldest.join(', ')}) <= sys.version_info[:2] <= (${newest.join(', ')})`;
  const can = `import sys, venv, ensurepip; assert ${versions}`;
  return PYTHONS.find((name) => tryRun(name, ['-c', can]) !== null) ?? null;
}

/**
 * Installs packages into the virtual environment `home`, which replaces what was there. Rejects when pip fails.
 * @param {{home: string, python: string, packages: string[], say: (line: string) => void}} options
 */
export async function installVenv({ home, python, packages, say }) {
  mkdirSync(dirname(home), { recursive: true });
  removeStale(home);
  // Its programs name it in their first lines: without a link to .drover that may go.
  const fresh = join(realpathSync(dirname(home)), `${basename(home)}-${process.pid}-${Date.now()}`);
  try {
    await follow(python, ['-m', 'venv', fresh], say);
    say('  1/2 virtual environment made');
    const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--progress-bar', 'off'];
    await follow(join(fresh, 'bin', 'python'), [...pip, ...packages], say);
    say('  2/2 packages installed');
    const link = `${fresh}.link`;
    symlinkSync(basename(fresh), link);
    if (!isLink(home)) rmSync(home, { recursive: true, force: true });
    renameSync(link, home);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Whether a program of a virtual environment can be started: it is there, and so is the Python of its first line, which
 * is not where it was when the checkout has been moved.
 * @param {string} program
 */
export function canStart(program) {
  if (!existsSync(program)) return false;
  const python = /^#!(\/\S+)/.exec(readFileSync(program, 'latin1'))?.[1];
  return python === undefined || existsSync(python);
}

/** Installs of `home` that never were finished, or that another has replaced; not those that may still be used. */
function removeStale(home) {
  const current = isLink(home) ? readlinkSync(home) : null;
  for (const name of readdirSync(dirname(home))) {
    if (!name.startsWith(`${basename(home)}-`) || name === current) continue;
    if (!/^\d+-\d+(\.link)?$/.test(name.slice(basename(home).length + 1))) continue;
    const path = join(dirname(home), name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (age > STALE_MS) rmSync(path, { recursive: true, force: true });
  }
}

const isLink = (path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

/** Runs a command to its end and says its steps; rejects with the end of its output when it fails. */
export function follow(command, args, say) {
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
      if (code === 0) return resolve();
      const end = tail.trim().split('\n').slice(-3).join(' ');
      reject(new Error(`${command} ${args[0]} ended with ${code}: ${end}`));
    });
  });
}

/** What a command prints, or null when it fails. */
export function tryRun(command, args) {
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
