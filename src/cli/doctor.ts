import type { Command } from 'commander';
import { type CliContext, printJson, sharedOptions } from './context.ts';

const example = `
Looks at everything that Drover stands on, and changes nothing: rights that AWS has no dry run for are tried with calls
that it must refuse. Exit code 1: something would lose a job, or keep Drover from its work.

Example:
  drover doctor`;

/** `drover doctor`: every precondition checked, each failure with its mend. */
export function addDoctor(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .description('check everything that Drover stands on, and say how to mend what is wrong')
    .addHelpText('after', example)
    .action(async (_options, command: Command) => {
      const { json, config } = sharedOptions(command);
      const [{ consult }, { countFindings, describeFindings }, { paintFor, widthOf }] = await Promise.all([
        import('./consult.ts'),
        import('../doctor/text.ts'),
        import('../terminal/paint.ts'),
      ]);
      const results = await consult(context, config);
      const counts = countFindings(results);
      if (json) {
        for (const { check, findings } of results) {
          for (const finding of findings) printJson(context, { event: 'finding', check, ...finding });
        }
        printJson(context, { event: 'summary', ...counts });
      } else {
        const options = { paint: paintFor(process.stdout, context.env), width: widthOf(process.stdout) };
        context.print(describeFindings(results, options));
      }
      if (counts.danger > 0) context.exitCode = 1;
    });
}
