import type { Command } from 'commander';
import type { PagePort } from '../demo/page.ts';
import { type CliContext, printJson, sharedOptions } from './context.ts';
import { executableFile } from './executable-file.ts';
import { openPageOf } from './open-page.ts';
import { pagePort } from './page-port.ts';

const example = `
Example:
  drover demo
  drover demo --json | tail -n 1`;

interface DemoOptions {
  keep: boolean;
  open: boolean;
  page?: PagePort;
  runner?: string;
}

/** `drover demo`: one group's whole story on the sandbox, with real processes and the real ansible-playbook. */
export function addDemo(program: Command, context: CliContext): void {
  program
    .command('demo')
    .description('play the whole story on the sandbox: launch, jobs, scale up, retire, drain, release')
    .option('--keep', 'keep the directory with journals and logs, also after success', false)
    .option('--page <port>', 'port of the status page, or off; default: 9180, or any free one', pagePort)
    .option('--no-open', 'do not open the status page in a browser, also where there is a desktop')
    .option('--runner <path>', 'use this gitlab-runner instead of the sandbox’s own', executableFile)
    .addHelpText('after', example)
    .action(async (options: DemoOptions, command: Command) => {
      const { json } = sharedOptions(command);
      const { runDemo } = await import('../demo/demo.ts');
      const { summary, problems, kept } = await runDemo({
        keep: options.keep,
        runner: options.runner,
        page: options.page,
        signal: context.signal,
        tell: (line) => {
          if (json) return printJson(context, line.event);
          context.print(line.text);
          if (options.open) openPageOf(line);
        },
      });
      if (json) printJson(context, summary);
      for (const problem of problems) process.stderr.write(`drover: demo: ${problem}\n`);
      if (kept !== null) process.stderr.write(`drover: demo: journals and logs are in ${kept}\n`);
      if (problems.length > 0) context.exitCode = 1;
    });
}
