import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureTestedAnsible, testedAnsible } from '../../../scripts/tested-ansible.mjs';
import { packageRoot } from '../../../src/config.ts';
import type { RealPart } from '../table.ts';
import { installed, say } from './installed.ts';

const root = packageRoot();

/** Names of the modules that we ship. */
export const modules = readdirSync(join(root, 'playbooks/library'))
  .filter((file) => file.endsWith('.py'))
  .map((file) => file.slice(0, -'.py'.length))
  .sort();

export const callbacks = ['drover_events'];

export const roles = readdirSync(join(root, 'roles')).sort();

/** What `ansible-doc` is asked for. */
export const documented = [
  ...modules.map((name) => `module ${name}`),
  ...callbacks.map((name) => `callback ${name}`),
  ...roles.map((name) => `role ${name}`),
];

/** Scenarios of test/scenarios that are played on the newest core too; on the oldest all are, and everything else. */
export const smoke = {
  L1: 'l1-launch-succeeds',
  C1: 'c1-saturation-adds-one',
  T7: 't7-rebalance',
  T13: 't13-throttled',
  'hostile strings': 'hostile-strings',
} as const;

/** The oldest core that Drover takes: the one that all tests run on. */
export const oldest: RealPart = {
  name: 'ansible-core, the oldest',
  version: testedAnsible('oldest').version,
  row: 'item',
  rows: ['the tests’ own', ...documented],
};

/** The newest that the Python of the tests takes. */
export const newest: RealPart = {
  name: 'ansible-core, the newest',
  version: testedAnsible('newest').version,
  row: 'item',
  rows: [...Object.keys(smoke), ...documented],
};

/** The directory of the programs of that core, which is installed when it is not there yet; null: skip. */
export const findAnsible = (part: RealPart): Promise<string | null> => {
  const which = part === newest ? 'newest' : 'oldest';
  return installed(part, () => ensureTestedAnsible(which, say), testedAnsible(which).mend);
};
