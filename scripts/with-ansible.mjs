// Runs a command with a usable ansible-playbook first on PATH; installs Ansible before that when there is none.
// `node scripts/with-ansible.mjs node bin/drover.js demo`; with --tested it is the oldest core that Drover takes, as in
// its tests, where that can be had.
import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { ensureAnsible } from './ensure-ansible.mjs';
import { ensureTestedAnsible } from './tested-ansible.mjs';

const given = process.argv.slice(2);
const tested = given[0] === '--tested';
const [command, ...args] = tested ? given.slice(1) : given;
if (command === undefined) {
  console.error('usage: node scripts/with-ansible.mjs [--tested] COMMAND [ARGUMENT…]');
  process.exit(2);
}
try {
  const PATH = `${tested ? await testedPrograms() : await foundPrograms()}${delimiter}${process.env.PATH}`;
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, PATH } });
  // Ctrl-C reaches the child through the terminal; it decides when to end. SIGTERM is for us alone: pass it on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.once('error', (error) => {
    console.error(`${command} cannot be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function foundPrograms() {
  return dirname(await ensureAnsible());
}

async function testedPrograms() {
  try {
    return await ensureTestedAnsible('oldest', (line) => console.error(line));
  } catch (error) {
    if (process.env.CI) throw error;
    console.error(`another Ansible is taken: ${error.message}`);
    return await foundPrograms();
  }
}
