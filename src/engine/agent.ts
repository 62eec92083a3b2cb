import { requireSecrets } from '../config/secrets.ts';
import type { Config } from '../config.ts';
import { isPooled } from '../lifecycle/group.ts';
import { metadataItems } from '../sources/metadata.ts';
import { notifySystemd } from '../systemd/notify.ts';
import { type InstanceOptions, runInstance, unwritable } from './instance.ts';
import { readEntries } from './journal.ts';
import { createTimeline } from './timeline.ts';

export interface AgentOptions extends InstanceOptions {
  /** Changes nothing, and says so in its journal; its configuration is that of dryDirectories. */
  dryRun?: boolean;
}

/**
 * The engine on this instance as one daemon, until the instance is released or `signal` aborts. Throws LockedError
 * where another process owns the state directory, JournalError where the record cannot be trusted, ConfigError where
 * a token or a directory cannot be used.
 */
export async function runAgent(config: Config, options: AgentOptions): Promise<'released' | 'stopped'> {
  // With a record there may be a drain to finish, which a missing token must not stop: the play says what is missing.
  if (readEntries(config.stateDir).length === 0) requireSecrets(config, options.env);
  const { log, env } = options;
  const notifier = notifySystemd({ clock: createTimeline(0), env, log });
  try {
    for (;;) {
      const { kind, degraded, record } = await runInstance(
        config,
        {
          role: options.dryRun ? 'drover agent --dry-run' : 'drover agent',
          owns: () => true,
          dryRun: options.dryRun === true,
          watched: { metadata: metadataItems, runnerProcess: true, runnerMetrics: true },
          onReady: (sources) => notifier.watch(sources),
        },
        options,
      );
      if (degraded) throw unwritable(kind, config.stateDir);
      if (kind !== 'released') return 'stopped';
      // Back in the warm pool: another life begins.
      if (!isPooled(record.context.group)) return 'released';
    }
  } finally {
    await notifier.stop();
  }
}
