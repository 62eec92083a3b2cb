import { requireSecrets } from '../config/secrets.ts';
import type { Config } from '../config.ts';
import { JournalError } from '../errors.ts';
import { isPooled } from '../lifecycle/group.ts';
import { metadataItems } from '../sources/metadata.ts';
import type { Poller } from '../sources/poller.ts';
import { createNotifier } from '../systemd/notify.ts';
import { type InstanceOptions, runInstance } from './instance.ts';
import { readEntries } from './journal.ts';
import { createTimeline } from './timeline.ts';

export type AgentOptions = InstanceOptions;

/**
 * The engine on this instance as one daemon, until the instance is released or `signal` aborts. Throws LockedError
 * where another process owns the state directory, JournalError where the record cannot be trusted, ConfigError where
 * a token or a directory cannot be used.
 */
export async function runAgent(config: Config, options: AgentOptions): Promise<'released' | 'stopped'> {
  // With a record there may be a drain to finish, which a missing token must not stop: the play says what is missing.
  if (readEntries(config.stateDir).length === 0) requireSecrets(config, options.env);
  const { log, env } = options;
  const sources: Poller[] = [];
  const notifier = createNotifier({ clock: createTimeline(0), env, log });
  notifier.ready(() => sources);
  try {
    for (;;) {
      const { kind, degraded, record } = await runInstance(
        config,
        {
          role: 'drover agent',
          owns: () => true,
          watched: { metadata: metadataItems, runnerProcess: true, runnerMetrics: true },
          onReady: (started) => void sources.splice(0, sources.length, ...started),
        },
        options,
      );
      if (degraded) {
        throw new JournalError(
          `${kind}, and the journal in ${config.stateDir} could not be written: see that its disk has room and is writable`,
        );
      }
      if (kind !== 'released') return 'stopped';
      // Back in the warm pool: another life begins.
      if (!isPooled(record.context.group)) return 'released';
    }
  } finally {
    await notifier.stop();
  }
}
