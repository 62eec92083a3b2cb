import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/config.ts';

const play = JSON.stringify([
  {
    hosts: 'localhost',
    gather_facts: false,
    tasks: [{ 'ansible.builtin.import_role': { name: 'drover', tasks_from: 'units' } }],
  },
]);

/**
 * Writes the units and the runner's drop-in into `directory` as role drover does, with its own tasks and templates;
 * `variables` are the role's (roles/drover/meta/argument_specs.yml). Takes about a second.
 */
export function renderUnits(directory: string, variables: Record<string, unknown> = {}): void {
  const temporary = mkdtempSync(join(tmpdir(), 'drover-render-'));
  try {
    const playbook = join(temporary, 'render.yml');
    const extra = join(temporary, 'variables.json');
    writeFileSync(playbook, play);
    writeFileSync(
      extra,
      JSON.stringify({ drover_unit_directory: directory, drover_start: false, ...variables }),
    );
    const inventory = join(packageRoot(), 'inventory', 'localhost.yml');
    execFileSync('ansible-playbook', ['-i', inventory, playbook, '-e', `@${extra}`], {
      env: { ...process.env, ANSIBLE_CONFIG: join(packageRoot(), 'playbooks', 'ansible.cfg') },
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
