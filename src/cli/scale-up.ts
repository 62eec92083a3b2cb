import type { Command } from 'commander';
import { type CliContext, printJson, sharedOptions } from './context.ts';
import { addDryRunOptions, type DryRunOptions } from './dry-run-options.ts';

const example = `
Example:
  drover scale-up --check`;

type Options = DryRunOptions & { wait: boolean; service: boolean };

/** `drover scale-up`: scale_up.yml once: desired capacity plus one, within the group's limits. */
export function addScaleUp(program: Command, context: CliContext): void {
  const command = program
    .command('scale-up')
    .description('raise the desired capacity of this instance’s group by one')
    .addHelpText('after', example);
  command
    .option('--wait', 'then wait until the runner has a free slot', false)
    .option('--service', 'carry out the increase that monitor-jobs.service has asked for, if it has', false);
  addDryRunOptions(command).action(async (options: Options, self: Command) => {
    if (options.service) {
      const [{ runService }, { runScaleUp }] = await Promise.all([
        import('./services.ts'),
        import('../services/scale-up/run.ts'),
      ]);
      await runService(context, self, runScaleUp);
      return;
    }
    const [{ playOnce }, { waitForSlack }] = await Promise.all([
      import('./play-once.ts'),
      import('../services/scale-up/wait-for-slack.ts'),
    ]);
    const shared = sharedOptions(self);
    await playOnce(
      context,
      { ...shared, ...options },
      'scale-up',
      () => ({ type: 'playScaleUp', operation: 'scale-up-by-hand' }),
      options.wait && !options.check
        ? (config) =>
            waitForSlack(config, context.signal, (text) =>
              shared.json ? printJson(context, { event: 'waiting', message: text }) : context.print(text),
            )
        : undefined,
    );
  });
}
