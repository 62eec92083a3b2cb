import type { Command } from 'commander';
import { type CliContext, printJson, sharedOptions } from './context.ts';

const example = `
Puts every event of a journal to the state machine of this version, and compares what it decides with what was recorded:
the state, the commands, what is remembered, the timers. Exit code 1: something would be decided differently now.

Example:
  drover replay /var/lib/drover/journal`;

/** `drover replay`: whether this version would decide as the journal says that it was decided. */
export function addReplay(program: Command, context: CliContext): void {
  program
    .command('replay')
    .description('put a journal to the state machine of this version, and show where it decides differently')
    .argument('<journal>', 'a journal, or a state directory that holds one')
    .addHelpText('after', example)
    .action(async (path: string, _options, command: Command) => {
      const { json } = sharedOptions(command);
      const [{ readJournalFile }, { replayJournal }, { describeReplay, differenceLine }] = await Promise.all([
        import('../engine/journal-file.ts'),
        import('../engine/replay.ts'),
        import('./replay-text.ts'),
      ]);
      const { entries, damaged } = readJournalFile(path);
      const replay = replayJournal(entries);
      const { steps, taken, differences } = replay;
      if (json) {
        for (const difference of differences) printJson(context, differenceLine(difference));
        printJson(context, { event: 'summary', steps, taken, damaged, differences: differences.length });
      } else {
        context.print(describeReplay(replay, damaged, context.env));
      }
      if (differences.length > 0) context.exitCode = 1;
    });
}
