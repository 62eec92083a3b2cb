import type { GroupView, LocalRunner, TargetLifecycleState } from '../lifecycle/events.ts';
import type { Logger } from '../logger.ts';
import type { Engine } from './engine.ts';
import type { LifecycleRecord } from './record.ts';

/** What is true now, read from the world. */
export interface FreshLook {
  group: GroupView | null;
  target: TargetLifecycleState | null;
  runner: LocalRunner;
}

/**
 * Starts the engine from the record of an earlier process, or begins a life where there is none. Observation beats
 * the record: what is true now is told first, then the commands that the earlier process had begun are taken up.
 * `look` rejects when the world does not answer in time; the record then goes on alone.
 */
export async function recover(
  engine: Engine,
  record: LifecycleRecord | null,
  look: () => Promise<FreshLook>,
  log: Logger,
): Promise<void> {
  engine.start(record);
  // `discovering` looks by itself.
  if (record !== null && engine.record.value !== 'discovering') {
    const seen = await look().catch((error: Error) => {
      log.warn({ err: error }, 'no fresh look at the group after the restart: going on with the record');
      return null;
    });
    if (seen !== null) {
      engine.dispatch({ type: 'group.observed', group: seen.group });
      if (seen.target !== null) engine.dispatch({ type: 'target.observed', target: seen.target });
      engine.dispatch({ type: 'runner.process', alive: seen.runner.alive });
    }
  }
  engine.resumeOutbox();
}
