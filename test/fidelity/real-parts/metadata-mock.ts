import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { metadataPaths } from '../../../src/sandbox/metadata/tree.ts';
import type { RealPart } from '../table.ts';
import { installed, keptIn, say } from './installed.ts';

export const metadataMock: RealPart = {
  name: 'amazon-ec2-metadata-mock',
  version: 'v1.13.0',
  row: 'item',
  rows: ['api/token', 'meta-data', ...metadataPaths],
};

const COMMAND = 'ec2-metadata-mock';
const MODULE = `github.com/aws/amazon-ec2-metadata-mock/cmd/${COMMAND}@${metadataMock.version}`;

/** The command of amazon-ec2-metadata-mock, built from its Go module when it is not there yet; null: skip. */
export const findMetadataMock = (): Promise<string | null> =>
  installed(
    metadataMock,
    ensure,
    `it takes Go 1.23 or newer on PATH and the Go module proxy: go install ${MODULE}`,
  );

async function ensure(): Promise<string> {
  const home = keptIn(`ec2-metadata-mock-${metadataMock.version}`);
  const command = join(home, COMMAND);
  if (!existsSync(command)) await build(home);
  const { stdout } = await execa(command, ['--version']);
  if (stdout.trim() !== metadataMock.version) throw new Error(`${command} calls itself ${stdout.trim()}`);
  return command;
}

/** Whole as soon as it can be seen, also when two do it at once. */
async function build(home: string): Promise<void> {
  mkdirSync(dirname(home), { recursive: true });
  const fresh = mkdtempSync(`${home}-`);
  try {
    say(`fidelity: go install ${MODULE} into ${home} (15 MB, usually under a minute)`);
    await execa('go', ['install', MODULE], { env: { GOBIN: fresh }, timeout: 300_000 });
    if (!existsSync(home)) renameSync(fresh, home);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
