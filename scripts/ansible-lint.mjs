// Runs ansible-lint over the playbooks and roles (.ansible-lint has the profile), from the newest Ansible of the tests.
// Without a network it is skipped, but not in CI.
import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureTestedAnsible } from './tested-ansible.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const say = (line) => process.stderr.write(`ansible-lint: ${line}\n`);

try {
  const programs = await ensureTestedAnsible('newest', say);
  const PATH = `${programs}${delimiter}${process.env.PATH}`;
  const { status, error } = spawnSync('ansible-lint', ['--offline', '--nocolor'], {
    cwd: ROOT,
    env: { ...process.env, PATH },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (error !== undefined) say(`cannot be started: ${error.message}`);
  process.exitCode = status ?? 1;
} catch (error) {
  say(error.message);
  if (process.env.CI) process.exitCode = 1;
  else say('skipped');
}
