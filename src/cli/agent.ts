import type { Command } from 'commander';
import { type CliContext, printJson, sharedOptions } from './context.ts';
import { keepHeapSmall } from './small-heap.ts';

const example = `
Examples:
  drover agent --config /etc/drover/config.yml
  drover agent --dry-run     beside the agent that acts, or before there is one: shows what it would do`;

/** `drover agent`: the engine on this instance, until the instance is released or a signal stops it. */
export function addAgent(program: Command, context: CliContext): void {
  program
    .command('agent')
    .description('run the engine on this instance: it watches, decides and plays the playbooks')
    .option('--dry-run', 'change nothing, anywhere: show what would be done, playbooks in check mode', false)
    .addHelpText('after', example)
    .action(async ({ dryRun }: { dryRun: boolean }, command: Command) => {
      keepHeapSmall();
      const shared = sharedOptions(command);
      const [
        { loadConfig },
        { readableSecrets },
        { createLogger, Secrets },
        { runAgent },
        { dryDirectories },
        { withStatusPage },
      ] = await Promise.all([
        import('../config.ts'),
        import('../config/secrets.ts'),
        import('../logger.ts'),
        import('../engine/agent.ts'),
        import('../engine/dry-run.ts'),
        import('../status/of-engine.ts'),
      ]);
      const loaded = loadConfig(shared.config, context.env);
      const config = dryRun ? dryDirectories(loaded) : loaded;
      const log = createLogger({
        level: shared.debug ? 'debug' : config.log.level,
        secrets: new Secrets(readableSecrets(config, context.env)),
      });
      const options = { signal: context.signal, log, env: context.env, dryRun };
      const end = await withStatusPage(config, options, (watcher) =>
        runAgent(config, { ...options, watcher }),
      );
      if (shared.json) printJson(context, { event: 'summary', end, dryRun });
    });
}
