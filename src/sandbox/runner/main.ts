import { FatalError, log } from './log.ts';
import { closeConnections } from './network/send.ts';
import { NAME, VERSION_TEXT } from './version.ts';

/**
 * The sandbox's own `gitlab-runner`: the commands, wire protocol, metrics and signals of gitlab-runner 19.4 with a
 * shell executor, small enough to run many on one host.
 */
const COMMANDS: Record<string, () => Promise<(args: string[]) => Promise<void>>> = {
  run: async () => (await import('./commands/run.ts')).run,
  register: async () => (await import('./commands/register.ts')).register,
  verify: async () => (await import('./commands/verify.ts')).verify,
  unregister: async () => (await import('./commands/unregister.ts')).unregister,
};

async function main(args: string[]): Promise<void> {
  const [name = 'help', ...rest] = skipGlobalFlags(args);
  if (['--version', '-v', '-version', 'version'].includes(name)) {
    process.stdout.write(VERSION_TEXT);
    return;
  }
  const load = COMMANDS[name];
  if (!load) {
    const usage = `usage: ${NAME} ${Object.keys(COMMANDS).join('|')} [flags], or --version\n`;
    if (['help', '--help', '-h'].includes(name)) return void process.stdout.write(usage);
    process.stderr.write(`No help topic for '${name}'\n${usage}`);
    process.exitCode = 3;
    return;
  }
  await (await load())(rest);
  if (name !== 'run') closeConnections();
}

/** --debug, --log-level and --log-format are accepted before the command. */
function skipGlobalFlags(args: string[]): string[] {
  const index = args.findIndex((arg, at) => !isGlobal(arg) && !(at > 0 && takesValue(args[at - 1] ?? '')));
  return index < 0 ? [] : args.slice(index);
}

const isGlobal = (arg: string): boolean => /^--?(debug|log-level|log-format|l)(=|$)/.test(arg);
const takesValue = (arg: string): boolean => /^--?(log-level|log-format|l)$/.test(arg);

try {
  await main(process.argv.slice(2));
} catch (error) {
  log('fatal', error instanceof FatalError ? error.message : String(error));
  process.exit(1);
}
