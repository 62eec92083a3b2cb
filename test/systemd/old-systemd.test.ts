import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';

const dir = mkdtempSync(join(tmpdir(), 'drover-old-systemd-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Whether the role would install here, were systemd of this version. */
async function judge(version: number, mode: string) {
  const systemctl = join(dir, 'systemctl');
  writeFileSync(systemctl, `#!/bin/sh\necho "systemd ${version} (${version}.1-deb)"\necho "+PAM +AUDIT"\n`);
  chmodSync(systemctl, 0o755);
  const playbook = join(dir, 'play.yml');
  const role = { 'ansible.builtin.import_role': { name: 'drover', tasks_from: 'requirements' } };
  writeFileSync(playbook, JSON.stringify([{ hosts: 'localhost', gather_facts: false, tasks: [role] }]));
  const root = packageRoot();
  const inventory = join(root, 'inventory', 'localhost.yml');
  const args = ['-i', inventory, playbook, '-e', `drover_mode=${mode}`];
  const { exitCode, all } = await execa('ansible-playbook', args, {
    env: {
      PATH: `${dir}${delimiter}${process.env.PATH}`,
      ANSIBLE_CONFIG: join(root, 'playbooks', 'ansible.cfg'),
    },
    reject: false,
    all: true,
  });
  return { exitCode, said: all.replace(/\s+/g, ' ') };
}

test('a systemd older than 249 is refused for the services, with what to do', async () => {
  const { exitCode, said } = await judge(248, 'services');
  expect(exitCode).toBe(2);
  expect(said).toContain(
    'This host has systemd 248; drover_mode services needs 249 or newer (OnSuccess=). ' +
      'Take a newer image, or drover_mode agent, which needs 247.',
  );
}, 120_000);

test('249 will do for the services, and 247 for the agent', async () => {
  expect((await judge(249, 'services')).exitCode).toBe(0);
  expect((await judge(247, 'agent')).exitCode).toBe(0);
  expect((await judge(246, 'agent')).said).toContain(
    'drover_mode agent needs 247 or newer. Take a newer image.',
  );
}, 120_000);
