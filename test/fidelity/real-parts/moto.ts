import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { canStart, findPython, installVenv } from '../../../scripts/private-venv.mjs';
import { autoScalingOperations } from '../../../src/sandbox/autoscaling/operations.ts';
import { ec2Operations } from '../../../src/sandbox/ec2.ts';
import { storedSecretsOperations } from '../../../src/sandbox/stored-secrets.ts';
import type { RealPart } from '../table.ts';
import { installed, keptIn, say } from './installed.ts';

const REQUIREMENTS = resolve(import.meta.dirname, '..', 'aws', 'requirements.txt');
const text = readFileSync(REQUIREMENTS, 'utf8');
/** The version of a package that the environment has. */
export const pinned = (name: string): string =>
  new RegExp(`^${name}==(.+)$`, 'm').exec(text)?.[1] ?? 'not pinned';

const rows = [...autoScalingOperations, ...ec2Operations, ...storedSecretsOperations];

/** The service models that every AWS client for Python goes by: they are made from AWS's own. */
export const serviceModel: RealPart = {
  name: "botocore's service models",
  version: pinned('botocore'),
  row: 'operation',
  rows,
};

export const moto: RealPart = { name: 'moto server', version: pinned('moto'), row: 'operation', rows };

const require = createRequire(import.meta.url);

/** What Drover itself calls AWS with. */
export const sdk: RealPart = {
  name: 'AWS SDK for JavaScript',
  version: require('@aws-sdk/client-auto-scaling/package.json').version,
  row: 'operation',
  rows: [...autoScalingOperations, ...ec2Operations],
};

/** The directory of programs of moto and boto3, in a virtual environment that is made when it is not there; null: skip. */
export const findMoto = (): Promise<string | null> =>
  installed(moto, ensure, 'it takes Python 3.10 or newer with venv, and PyPI');

async function ensure(): Promise<string> {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const home = keptIn(`moto-${hash}`);
  const programs = join(home, 'bin');
  if (canStart(join(programs, 'moto_server'))) return programs;
  const python = findPython([3, 10]);
  if (python === null) throw new Error('no Python 3.10 or newer with venv');
  say(`fidelity: installing moto and boto3 into ${home} (about 100 MB, usually under a minute)`);
  await installVenv({ home, python, packages: ['--requirement', REQUIREMENTS], say });
  return programs;
}
