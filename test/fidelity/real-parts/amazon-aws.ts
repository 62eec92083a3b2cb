import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { ensureTestedAnsible } from '../../../scripts/tested-ansible.mjs';
import type { RealPart } from '../table.ts';
import { installed, keptIn, say } from './installed.ts';

/** The newest that core 2.19 takes, as PyPI has it: in the package `ansible`, with all other collections. */
const PACKAGE = 'ansible==12.3.0';
const COLLECTION = 'ansible_collections/amazon/aws/';

export const amazonAws: RealPart = {
  name: 'amazon.aws, inventory/aws_ec2.yml on moto',
  version: '10.1.2',
  row: 'item',
  rows: ['the hosts', 'their groups', 'what must be named'],
};

/** Where ansible-inventory lies, and the collections that it takes; null: skip. */
export const findAmazonAws = async (): Promise<{ programs: string; collections: string } | null> => {
  const mend = 'it takes PyPI, and what ansible-core 2.19 takes';
  const collections = await installed(amazonAws, ensure, mend);
  return collections === null ? null : { collections, programs: await ensureTestedAnsible('newest', say) };
};

async function ensure(): Promise<string> {
  const programs = await ensureTestedAnsible('newest', say);
  const home = keptIn(`amazon.aws-${amazonAws.version}`);
  if (!existsSync(home)) await unpack(join(programs, 'python'), home);
  return home;
}

/** Whole as soon as it can be seen, also when two do it at once. */
async function unpack(python: string, home: string): Promise<void> {
  mkdirSync(dirname(home), { recursive: true });
  const fresh = mkdtempSync(`${home}-`);
  try {
    say(`fidelity: amazon.aws from ${PACKAGE} into ${home} (54 MB to fetch, 5 MB to keep)`);
    const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '-d', fresh];
    await execa(python, [...pip, PACKAGE], { timeout: 300_000 });
    const wheel = readdirSync(fresh).find((name) => name.endsWith('.whl')) ?? '';
    const unzip =
      'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]);' +
      'z.extractall(sys.argv[2], [n for n in z.namelist() if n.startswith(sys.argv[3])])';
    await execa(python, ['-c', unzip, join(fresh, wheel), fresh, COLLECTION]);
    rmSync(join(fresh, wheel));
    if (!existsSync(home)) renameSync(fresh, home);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
