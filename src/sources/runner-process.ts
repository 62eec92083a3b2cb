import type { Clock } from '../clock.ts';
import type { LifecycleInput } from '../lifecycle/events.ts';
import type { Logger } from '../logger.ts';
import { findRunner, type RunnerSettings } from '../runner/process.ts';
import { type Poller, startPolling } from './poller.ts';

export interface RunnerProcessDeps {
  settings: RunnerSettings;
  clock: Clock;
  /** Between looks, in ms; default 2 s. */
  interval?: number;
  emit(input: LifecycleInput): void;
  log: Logger;
}

/** Watches whether the runner's process is alive. A look that cannot tell is no event. */
export function startRunnerProcess({
  settings,
  clock,
  interval = 5_000,
  emit,
  log,
}: RunnerProcessDeps): Poller {
  let failing = false;
  return startPolling({
    clock,
    interval,
    async look(signal) {
      const pid = await findRunner(settings);
      if (signal.aborted) return;
      failing = false;
      emit({ type: 'runner.process', alive: pid !== null });
    },
    onError(error) {
      if (!failing) log.warn({ err: error }, 'cannot tell whether the runner is alive');
      failing = true;
    },
  });
}
