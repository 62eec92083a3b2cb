import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { packageRoot } from '../config/package-root.ts';

/** PATH for agents: with the private Ansible that scripts/ensure-ansible.mjs may have made behind everything else. */
export function ansiblePath(path = '/usr/local/bin:/usr/bin:/bin'): string {
  const own = join(packageRoot(), '.drover', 'ansible', 'bin');
  return existsSync(own) ? `${path}${delimiter}${own}` : path;
}
