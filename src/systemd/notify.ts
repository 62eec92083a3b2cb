import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { Poller } from '../sources/poller.ts';

const NOTIFY_LIMIT = 5_000;
/** A source may be this late (ms), beside its interval, before it counts as stuck. */
const LATE = 60_000;

export interface NotifyDeps {
  clock: Clock;
  env: NodeJS.ProcessEnv;
  log: Logger;
}

/** What systemd is told of us; nothing where it has not asked (no NOTIFY_SOCKET). */
export interface Notifier {
  /** From now on these have to go on looking, or the watchdog bites. */
  watch(sources: readonly Pick<Poller, 'silentFor' | 'interval'>[]): void;
  /** Resolves when what was to be told has been told: a unit that ends before that has failed to start, for systemd. */
  stop(): Promise<void>;
}

/**
 * Tells systemd at once that the unit is up, and feeds its watchdog (sd_notify(3)) through the program systemd-notify:
 * Node has no datagram sockets of its own. The watchdog follows the progress of the sources, not a bare interval: a
 * source that no longer looks lets it bite.
 */
export function notifySystemd({ clock, env, log }: NotifyDeps): Notifier {
  const asked = env.NOTIFY_SOCKET !== undefined && env.NOTIFY_SOCKET !== '';
  const watchdog = Number(env.WATCHDOG_USEC) / 1_000;
  // Half of the limit, as sd_watchdog_enabled(3) has it: each word costs a process.
  const every = asked && watchdog > 0 ? watchdog / 2 : null;
  let watched: readonly Pick<Poller, 'silentFor' | 'interval'>[] = [];
  let cancel = () => {};
  const sending = new Set<Promise<void>>();

  const tell = async (...words: string[]) => {
    if (!asked) return;
    try {
      await promisify(execFile)('systemd-notify', words, { timeout: NOTIFY_LIMIT });
    } catch (error) {
      log.warn({ err: error }, 'systemd could not be told how we are');
    }
  };
  const send = (...words: string[]) => {
    const sent = tell(...words).finally(() => sending.delete(sent));
    sending.add(sent);
  };
  const feedLater = (ms: number) => {
    cancel = clock.setTimer(clock.now() + ms, () => {
      const stuck = watched.some(({ silentFor, interval }) => silentFor > interval + LATE);
      if (stuck) log.error('a source no longer looks: the watchdog is not fed');
      else send('WATCHDOG=1');
      feedLater(ms);
    });
  };

  send('--ready');
  if (every !== null) feedLater(every);
  return {
    watch(sources) {
      watched = sources;
    },
    async stop() {
      cancel();
      await Promise.all(sending);
    },
  };
}
