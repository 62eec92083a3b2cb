import type { Command } from 'commander';
import type { Config } from '../config.ts';
import type { InstanceOptions } from '../engine/instance.ts';
import { type CliContext, printJson, sharedOptions } from './context.ts';
import { keepHeapSmall } from './small-heap.ts';

/** What lifecycle-check exits with when it is stopped: OnSuccess= must not take that for a notice. */
const STOPPED = 3;

/** They own no state: the status page is with whoever has the record. */
const PAGELESS = new Set(['lifecycle-check', 'scale-up']);

type Run = (config: Config, options: InstanceOptions) => Promise<unknown>;

/** The commands that systemd runs: one a unit. By hand, each does nothing where it is not its turn. */
export function addServices(program: Command, context: CliContext): void {
  const add = (name: string, description: string, load: () => Promise<Run>) =>
    program
      .command(name)
      .description(description)
      .addHelpText('after', `\nExample:\n  systemctl start ${name}.service     # runs it with its sandbox`)
      .action(async (_options: object, command: Command) => {
        await runService(context, command, await load());
      });

  add('init-runner', 'the service that takes an instance from its boot to its first job', async () => {
    return (await import('../services/owning.ts')).runInitRunner;
  });
  add('monitor-jobs', 'the service that counts jobs while the instance serves', async () => {
    return (await import('../services/owning.ts')).runMonitorJobs;
  });
  add('unreg-runner', 'the service that drains and unregisters the instance', async () => {
    return (await import('../services/unreg-runner.ts')).runUnregRunner;
  });
  add('lifecycle-check', 'the service that ends with success when the instance has to leave', async () => {
    const { runLifecycleCheck } = await import('../services/lifecycle-check/run.ts');
    return async (config, options) => {
      if ((await runLifecycleCheck(config, options)) === 'stopped') context.exitCode = STOPPED;
    };
  });
}

/** Runs one service with the configuration, its log on standard output. */
export async function runService(context: CliContext, command: Command, run: Run): Promise<void> {
  keepHeapSmall();
  const shared = sharedOptions(command);
  const [{ loadConfig }, { readableSecrets }, { createLogger, Secrets }] = await Promise.all([
    import('../config.ts'),
    import('../config/secrets.ts'),
    import('../logger.ts'),
  ]);
  const config = loadConfig(shared.config, context.env);
  const log = createLogger({
    level: shared.debug ? 'debug' : config.log.level,
    secrets: new Secrets(readableSecrets(config, context.env)),
  });
  const options = { signal: context.signal, log, env: context.env };
  if (PAGELESS.has(command.name())) await run(config, options);
  else {
    const { withStatusPage } = await import('../status/of-engine.ts');
    await withStatusPage(config, options, (watcher) => run(config, { ...options, watcher }));
  }
  if (shared.json) printJson(context, { event: 'summary', service: command.name() });
}
