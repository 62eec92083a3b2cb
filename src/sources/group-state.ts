import type { Clock } from '../clock.ts';
import type { LifecycleInput } from '../lifecycle/events.ts';
import type { Logger } from '../logger.ts';
import type { GroupReader } from './group-reader.ts';
import { type Poller, startPolling } from './poller.ts';

export interface GroupStateDeps {
  reader: GroupReader;
  clock: Clock;
  /** Between looks at rest, in ms; `setInterval` of the source makes it shorter while something is awaited. */
  interval: number;
  emit(input: LifecycleInput): void;
  log: Logger;
}

/** Watches the instance in its Auto Scaling group, through the API. */
export function startGroupState({ reader, clock, interval, emit, log }: GroupStateDeps): Poller {
  let answeredAt = clock.now();
  let silent = false;
  return startPolling({
    clock,
    interval,
    async look(signal) {
      const group = await reader.read(signal);
      if (signal.aborted) return;
      answeredAt = clock.now();
      if (silent) log.info('the Auto Scaling API answers again');
      silent = false;
      emit({ type: 'group.observed', group });
    },
    onError(error) {
      if (!silent) log.warn({ err: error }, 'the Auto Scaling API does not answer');
      silent = true;
      emit({ type: 'group.unreachable', forMs: clock.now() - answeredAt });
    },
  });
}
