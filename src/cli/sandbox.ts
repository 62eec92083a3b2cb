import { type Command, InvalidArgumentError } from 'commander';
import type { PagePort } from '../demo/page.ts';
import { ConfigError } from '../errors.ts';
import { type CliContext, printJson, sharedOptions } from './context.ts';
import { executableFile } from './executable-file.ts';
import { openPageOf } from './open-page.ts';
import { pagePort } from './page-port.ts';

const example = `
Example:
  drover sandbox --min 1 --max 3 --desired 1
  drover sandbox --agents --dir /tmp/world --json`;

interface SandboxCommandOptions {
  min: number;
  max: number;
  desired?: number;
  dir?: string;
  agents: boolean;
  open: boolean;
  page?: PagePort;
  runner?: string;
}

/** `drover sandbox`: the emulated world alone, until a signal ends it. */
export function addSandbox(program: Command, context: CliContext): void {
  program
    .command('sandbox')
    .description('run the emulated world alone: metadata, Auto Scaling, EC2, GitLab, on loopback')
    .option('--min <n>', 'minimum size of the group', count, 0)
    .option('--max <n>', 'maximum size of the group', count, 3)
    .option('--desired <n>', 'desired capacity of the group; default: 1, within the limits', count)
    .option('--dir <path>', 'where the world keeps its files; kept. Default: a temporary directory, removed')
    .option('--agents', 'boot a drover agent on each instance', false)
    .option('--page <port>', 'port of the status page, or off; default: 9180, or any free one', pagePort)
    .option('--no-open', 'do not open the status page in a browser, also where there is a desktop')
    .option('--runner <path>', 'use this gitlab-runner instead of the sandbox’s own', executableFile)
    .addHelpText('after', example)
    .action(async (options: SandboxCommandOptions, command: Command) => {
      const { json } = sharedOptions(command);
      const size = groupSize(options);
      const { runSandbox } = await import('../demo/run-sandbox.ts');
      await runSandbox({
        ...options,
        ...size,
        signal: context.signal,
        tell: (line) => {
          if (json) return printJson(context, line.event);
          context.print(line.text);
          if (options.open) openPageOf(line);
        },
      });
      if (json) printJson(context, { event: 'summary', end: 'stopped' });
    });
}

/** Throws ConfigError where Auto Scaling would refuse the sizes. */
function groupSize({ min, max, desired = Math.min(max, Math.max(min, 1)) }: SandboxCommandOptions) {
  if (min > max) throw new ConfigError(`--min ${min} is above --max ${max}: give --max ${min} or more`);
  if (desired < min || desired > max) {
    throw new ConfigError(`--desired ${desired} is outside the group's limits: give ${min} to ${max}`);
  }
  return { min, max, desired };
}

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  return Number(text);
}
