import type { Command } from 'commander';
import { type CliContext, printJson, sharedOptions } from './context.ts';
import { repeatable } from './repeatable.ts';

const example = `
It asks EC2 about every instance, and touches nothing of one that EC2 does not say is gone. What cannot be told is
listed as unknown. Exit code 1: something could not be removed, or EC2 did not answer.

Example:
  drover reap --check`;

interface ReapCommandOptions {
  dryRun: boolean;
  check: boolean;
  group: string[];
}

/** `drover reap`: removes what instances left in GitLab, and open lifecycle hooks, once EC2 says that they are gone. */
export function addReap(program: Command, context: CliContext): void {
  program
    .command('reap')
    .description('remove runners and managers in GitLab whose instance is gone, and complete its hooks')
    .option('--check', 'change nothing; say what would be done', false)
    .option('--dry-run', 'the same as --check', false)
    .option('--group <name>', 'a group of ours; repeatable. Default: that of this instance', repeatable, [])
    .addHelpText('after', example)
    .action(async ({ check, dryRun, group }: ReapCommandOptions, command: Command) => {
      const { config: path, json } = sharedOptions(command);
      const [{ reapOnce }, { describeReapEvent, describeReapSummary }] = await Promise.all([
        import('./reap-once.ts'),
        import('../reap/report.ts'),
      ]);
      const summary = await reapOnce(context, path, {
        check: check || dryRun,
        groups: group,
        tell: (event) => (json ? printJson(context, event) : context.print(describeReapEvent(event))),
      });
      if (json) printJson(context, summary);
      else context.print(describeReapSummary(summary));
      if (summary.left > 0) context.exitCode = 1;
    });
}
