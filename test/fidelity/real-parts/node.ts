import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { RealPart } from '../table.ts';
import { installed, keptIn, say } from './installed.ts';

const rows = ['--version', 'a configuration that cannot be used', 'chart', 'an instance’s life'];

/** The Node versions after the one that the tests themselves run on, pinned as npm has them. */
export const newerNodes: readonly RealPart[] = [
  { name: 'Node.js 22', version: '22.23.3', row: 'smoke', rows },
  { name: 'Node.js 24', version: '24.21.0', row: 'smoke', rows },
];

/** The node executable of that version, from npm when it is not there yet; null: skip. */
export const findNode = (node: RealPart): Promise<string | null> =>
  installed(
    node,
    () => ensure(node.version),
    `it takes npm and its registry: npm install ${packageOf(node.version)}`,
  );

/** npm's `node` package only fetches one of these with a script of its own. */
const packageOf = (version: string) => `node-linux-${process.arch}@${version}`;

async function ensure(version: string): Promise<string> {
  const home = keptIn(`node-${version}`);
  const command = join(home, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  if (!existsSync(command)) await install(home, packageOf(version));
  const { stdout } = await execa(command, ['--version']);
  if (stdout !== `v${version}`) throw new Error(`${command} calls itself ${stdout}`);
  return command;
}

/** Whole as soon as it can be seen, also when two do it at once. */
async function install(home: string, name: string): Promise<void> {
  mkdirSync(dirname(home), { recursive: true });
  const fresh = mkdtempSync(`${home}-`);
  try {
    say(`fidelity: npm install ${name} into ${home} (120 MB, usually under a minute)`);
    const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    await execa('npm', ['install', '--prefix', fresh, ...flags, name], { timeout: 300_000 });
    if (!existsSync(home)) renameSync(fresh, home);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
