import type { Command } from 'commander';

/** What a command may use of the process; made once, by main.ts. */
export interface CliContext {
  env: NodeJS.ProcessEnv;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. */
  signal: AbortSignal;
  /** Writes text and a newline to standard output. */
  print(text: string): void;
  /** What the process will exit with when the command returns; 0 unless set. */
  exitCode: number;
}

/** The options that every command takes. */
export interface SharedOptions {
  json: boolean;
  config: string;
  debug: boolean;
}

export const defaultConfigPath = '/etc/drover/config.yml';

/** Declares the shared options on the program; each command accepts them before or behind its name. */
export function addSharedOptions(program: Command, env: NodeJS.ProcessEnv): Command {
  return program
    .option('--json', 'one JSON object a line; the last one is the summary', false)
    .option('--config <path>', 'configuration file (environment: DROVER_CONFIG)', configPath(env))
    .option('--debug', 'debug messages, and the stack of an error', false);
}

const configPath = (env: NodeJS.ProcessEnv): string => env.DROVER_CONFIG || defaultConfigPath;

/** The shared options as given, wherever they stood. */
export const sharedOptions = (command: Command): SharedOptions => command.optsWithGlobals<SharedOptions>();

/** Prints one object as a line of JSON. */
export const printJson = (context: CliContext, value: object): void => context.print(JSON.stringify(value));
