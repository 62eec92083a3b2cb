import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/config.ts';

/** The Python that test hosts have: a pyenv's or the like lies below a home, and is not theirs. */
export const HOST_PYTHON = '/usr/bin/python3';

const quiet = { stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'] };

/** Node as nodejs.org packs it, as far as an installation uses it, from the Node that runs the tests. */
export function nodeArchive(directory: string): string {
  const archive = join(directory, 'node.tar');
  const bin = join(directory, `node-${process.version}`, 'bin');
  mkdirSync(bin, { recursive: true });
  copyFileSync(process.execPath, join(bin, 'node'));
  execFileSync('tar', ['-C', directory, '-cf', archive, `node-${process.version}`], quiet);
  rmSync(join(directory, `node-${process.version}`), { recursive: true });
  return archive;
}

/** What `npm pack` makes of this checkout as it was built, with another version where one is given. */
export function droverPackage(directory: string, version?: string): string {
  const temporary = mkdtempSync(join(directory, 'pack-'));
  const options = { ...quiet, cwd: packageRoot() };
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', temporary], options);
  const [name] = readdirSync(temporary);
  const packed = join(temporary, name ?? '');
  const archive = join(directory, `drover-${version ?? 'as-it-is'}.tgz`);
  if (version === undefined) {
    renameSync(packed, archive);
  } else {
    execFileSync('tar', ['-C', temporary, '-xzf', packed], quiet);
    const manifest = join(temporary, 'package', 'package.json');
    writeFileSync(
      manifest,
      readFileSync(manifest, 'utf8').replace(/"version": "[^"]*"/, `"version": "${version}"`),
    );
    execFileSync('tar', ['-C', temporary, '-czf', archive, 'package'], quiet);
  }
  rmSync(temporary, { recursive: true });
  return archive;
}

/**
 * Wheels of ansible-core and boto3 for the hosts' Python, from the package index, once for this checkout: later runs
 * take those that lie below .drover/.
 */
export function wheelhouse(): string {
  const version = execFileSync(HOST_PYTHON, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
    encoding: 'utf8',
  }).trim();
  const archive = join(packageRoot(), '.drover', `wheels-${version}.tar`);
  if (existsSync(archive)) return archive;
  const temporary = mkdtempSync(join(tmpdir(), 'drover-wheels-'));
  try {
    execFileSync(HOST_PYTHON, ['-m', 'venv', join(temporary, 'venv')], quiet);
    const wheels = join(temporary, 'wheels');
    const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
    execFileSync(join(temporary, 'venv/bin/python'), [...pip, '-d', wheels, 'ansible-core', 'boto3'], quiet);
    execFileSync('tar', ['-C', wheels, '-cf', join(temporary, 'wheels.tar'), '.'], quiet);
    mkdirSync(join(packageRoot(), '.drover'), { recursive: true });
    copyFileSync(join(temporary, 'wheels.tar'), `${archive}.${process.pid}`);
    renameSync(`${archive}.${process.pid}`, archive);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return archive;
}
