import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drover } from '../cli/drover.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-try-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const LIMIT = 170_000;

test('our own scale_up passes: honest, idempotent, silent about secrets; its one call is told', async () => {
  const { exitCode, stdout, stderr } = await drover(['try', 'scale_up', '--json'], {}, LIMIT);
  expect(stderr).toBe('');
  const lines = stdout.split('\n').map((line) => JSON.parse(line));
  expect(lines.filter(({ event, good }) => event === 'verdict' && !good)).toEqual([]);
  expect(lines.at(-1)).toMatchObject({ event: 'summary', calls: ['autoscaling SetDesiredCapacity (200)'] });
  expect(exitCode).toBe(0);
}, 180_000);

test('a playbook that acts in check mode, repeats itself and shows its token is told what is wrong', async () => {
  const playbook = join(dir, 'careless.yml');
  writeFileSync(
    playbook,
    `- hosts: localhost
  gather_facts: false
  tasks:
    - name: Add a line
      ansible.builtin.shell: echo "{{ note }}" >> {{ gitlab_runner_config_file | dirname }}/notes
      check_mode: false
    - name: Show the token
      ansible.builtin.debug:
        msg: "{{ gitlab_runner_runners[0].token }}"
`,
  );
  const vars = join(dir, 'vars.yml');
  writeFileSync(vars, 'note: hello\n');
  const { exitCode, stdout } = await drover(['try', playbook, '--vars', vars], {}, LIMIT);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^yes {2}works$/m);
  expect(stdout).toMatch(
    /^NO {3}honest check mode\n {7}Add a line changes something in check mode too, with check_mode: false\n {7}check mode changed gitlab-runner\/notes$/m,
  );
  expect(stdout).toMatch(/^NO {3}idempotent\n {7}Add a line says "changed" the second time too$/m);
  expect(stdout).toMatch(/^NO {3}keeps secrets$/m);
  expect(stdout).not.toContain('glrt-');
}, 180_000);

test.each([
  [['try', 'no-such-playbook'], 'neither here nor among Drover’s own'],
  [['try', 'scale_up', '--vars', '/nowhere/vars.yml'], '/nowhere/vars.yml: there is no such file'],
])('%j is refused before anything is started', async (args, message) => {
  const { exitCode, stderr } = await drover(args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});
