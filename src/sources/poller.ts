import type { Clock } from '../clock.ts';

/** A source as the composition root sees it. It turns something outside into events, and never decides. */
export interface Poller {
  stop(): Promise<void>;
  /** Looks now; resolves when a look that began after the call has ended. */
  poll(): Promise<void>;
  /** Since its last look ended, well or badly, or since it began (ms). */
  readonly silentFor: number;
  /** The time between looks as it stands, in ms. */
  readonly interval: number;
  /** Changes the time between looks, in ms, from the next one on. */
  setInterval(ms: number): void;
}

export interface PollerOptions {
  clock: Clock;
  /** From the start of one look to the start of the next, in ms. */
  interval: number;
  /** One look. Looks never overlap. What it throws goes to `onError`. */
  look(signal: AbortSignal): Promise<void>;
  onError(error: unknown): void;
  /** Called once it has stopped for good. */
  onStop?(): void;
}

/** Looks at once, and then again and again until stopped. */
export function startPolling(options: PollerOptions): Poller {
  const { clock, look, onError } = options;
  const stopping = new AbortController();
  let { interval } = options;
  let running: Promise<void> | null = null;
  let queued: Promise<void> | null = null;
  let lastStart = clock.now();
  let lookedAt = lastStart;
  let cancelTimer = () => {};

  const run = (): Promise<void> => {
    cancelTimer();
    lastStart = clock.now();
    running = attempt().finally(() => {
      running = null;
      lookedAt = clock.now();
      schedule();
    });
    return running;
  };
  const attempt = async () => {
    if (stopping.signal.aborted) return;
    try {
      await look(stopping.signal);
    } catch (error) {
      if (!stopping.signal.aborted) onError(error);
    }
  };
  const schedule = () => {
    cancelTimer();
    if (stopping.signal.aborted || running) return;
    cancelTimer = clock.setTimer(Math.max(clock.now(), lastStart + interval), () => void run());
  };
  const poll = (): Promise<void> => {
    if (stopping.signal.aborted) return Promise.resolve();
    if (!running) return run();
    queued ??= running.then(() => {
      queued = null;
      return running ?? run();
    });
    return queued;
  };

  void run();
  return {
    poll,
    get silentFor() {
      return clock.now() - lookedAt;
    },
    get interval() {
      return interval;
    },
    setInterval(ms) {
      interval = ms;
      schedule();
    },
    async stop() {
      stopping.abort();
      cancelTimer();
      await running;
      options.onStop?.();
    },
  };
}
