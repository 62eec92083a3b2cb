import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { packageRoot } from '../config/package-root.ts';
import { DroverError } from '../errors.ts';

/**
 * PATH for agents: the given one, and behind it the private Ansible that scripts/ensure-ansible.mjs may have made.
 * Throws DroverError where neither holds ansible-playbook.
 */
export function ansiblePath(path = '/usr/local/bin:/usr/bin:/bin'): string {
  const own = join(packageRoot(), '.drover', 'ansible', 'bin');
  const all = existsSync(own) ? `${path}${delimiter}${own}` : path;
  if (all.split(delimiter).some((directory) => isExecutable(join(directory, 'ansible-playbook')))) return all;
  throw new DroverError(
    'ansible-playbook is not on PATH: "npm run demo" installs it, or apt-get install ansible-core python3-boto3',
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
