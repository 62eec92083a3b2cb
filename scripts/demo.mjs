// `npm run demo`: the story, played by agents as plain processes (drover demo); with --systemd by the services on real
// systemd hosts, which need the checkout, root and Linux.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const args = process.argv.slice(2);
const command = args.includes('--systemd')
  ? [
      '--import',
      'tsx',
      join(root, 'test', 'systemd', 'demo.ts'),
      ...args.filter((arg) => arg !== '--systemd'),
    ]
  : [join(root, 'bin', 'drover.js'), 'demo', ...args];
const child = spawn(process.execPath, command, { stdio: 'inherit' });
// Ctrl-C reaches the child through the terminal; it decides when to end. SIGTERM is for us alone: pass it on.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.once('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
});
