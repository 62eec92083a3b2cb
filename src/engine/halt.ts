import { type Clock, sleep } from '../clock.ts';
import type { HaltKind } from '../lifecycle/events.ts';
import type { Logger } from '../logger.ts';
import type { Engine } from './engine.ts';

/** After the chart's own limit, in ms: it ends by itself, unless something of ours hangs. */
const LAST_WORD = 2_000;

export interface HaltOptions {
  clock: Clock;
  log: Logger;
  /** The policy's haltLimit, in ms. */
  limit: number;
  /** How the host goes down, or null where it does not. */
  hostStopping(): Promise<HaltKind | null>;
}

/** What a host of the engine does when it is told to stop: perhaps the operating system goes down under it. */
export interface Halt {
  /** The operating system goes down, and this process sees to the runner: no other can be started any more. */
  readonly begun: boolean;
  /** Told of each change of the chart. */
  onChange(tags: ReadonlySet<string>): void;
  /**
   * Resolves when this process may end: at once where it alone is stopped; where the host goes down, when the chart
   * has come to a state from which it can. `watch` is called first, to see the runner end.
   */
  carryOut(engine: Engine, watch: () => void): Promise<void>;
}

/**
 * Aborts with `signal`, unless the host goes down: then there is a runner to see to, and what was starting goes on
 * starting, so that the chart can do it.
 */
export function stoppedAlone(signal: AbortSignal, hostStopping: () => Promise<HaltKind | null>): AbortSignal {
  const alone = new AbortController();
  const ask = async () => {
    if ((await hostStopping()) === null) alone.abort(signal.reason);
  };
  if (signal.aborted) void ask();
  else signal.addEventListener('abort', () => void ask(), { once: true });
  return alone.signal;
}

/** Sees to it that a host that goes down leaves neither a job without a word nor a ghost runner. */
export function createHalt({ clock, log, limit, hostStopping }: HaltOptions): Halt {
  let begun = false;
  let down = false;
  let markHalted = () => {};
  const halted = new Promise<void>((resolve) => {
    markHalted = resolve;
  });
  return {
    get begun() {
      return begun;
    },
    onChange(tags) {
      down = tags.has('halted');
      if (begun && down) markHalted();
    },
    async carryOut(engine, watch) {
      const kind = await hostStopping();
      if (kind === null) return;
      log.warn({ kind }, 'the host goes down');
      begun = true;
      watch();
      const late = new AbortController();
      engine.dispatch({ type: 'host.stopping', kind });
      // An earlier process may have come as far before.
      if (down) markHalted();
      await Promise.race([
        halted,
        engine.released,
        sleep(clock, limit + LAST_WORD, late.signal)
          .then(() =>
            log.error({ limit }, 'the host goes down, and the runner is not out of service in time'),
          )
          .catch(() => {}),
      ]);
      late.abort();
    },
  };
}
