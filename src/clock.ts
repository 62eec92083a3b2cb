/**
 * Time as an argument: everything that waits or stamps takes a {@link Clock}.
 *
 * The timeline of `now()` reads like milliseconds since the epoch, but within one boot of the host it advances
 * with the boot clock, so a jump of the wall clock does not move a deadline (see engine/timeline.ts).
 */
export interface Clock {
  /** Milliseconds on the engine's timeline. Never goes back within one process. */
  now(): number;
  /** Milliseconds since the epoch by the host's wall clock; only for text that people or other systems read. */
  wall(): number;
  /** Calls `callback` once when `now()` has reached `at`. Returns a function that cancels it. */
  setTimer(at: number, callback: () => void): () => void;
}

/** Resolves when `ms` have passed on the clock, or rejects with the signal's reason when it aborts first. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.setTimer(clock.now() + ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
