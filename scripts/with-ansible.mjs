// Runs a command with a usable ansible-playbook first on PATH; installs Ansible before that when there is none.
// `node scripts/with-ansible.mjs node bin/drover.js demo`
import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { ensureAnsible } from './ensure-ansible.mjs';

const [command, ...args] = process.argv.slice(2);
if (command === undefined) {
  console.error('usage: node scripts/with-ansible.mjs COMMAND [ARGUMENT…]');
  process.exit(2);
}
try {
  const ansible = await ensureAnsible();
  const PATH = `${dirname(ansible)}${delimiter}${process.env.PATH}`;
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
