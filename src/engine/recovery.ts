import type { GroupView, LifecycleInput, LocalRunner, TargetLifecycleState } from '../lifecycle/events.ts';
import type { Logger } from '../logger.ts';
import type { Engine } from './engine.ts';
import type { LifecycleRecord } from './record.ts';

/** What is true now, read from the world. */
export interface FreshLook {
  group: GroupView | null;
  target: TargetLifecycleState | null;
  runner: LocalRunner;
}

export interface Recovery {
  /** What an earlier process left; null: nothing. */
  record: LifecycleRecord | null;
  /** What this process was started for; told first. */
  announced: LifecycleInput[];
  /** Rejects when the world does not answer in time; the record then goes on alone. */
  look(): Promise<FreshLook>;
  log: Logger;
}

/**
 * Starts the engine from the record of an earlier process, or begins a life where there is none. Observation beats
 * the record: what is true now is told first, then the commands that the earlier process had begun are taken up. Where
 * the state is, or turns out to be, another owner's, the engine gives way.
 */
export async function recover(engine: Engine, { record, announced, look, log }: Recovery): Promise<void> {
  engine.start(record);
  for (const input of announced) engine.dispatch(input);
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
  if (!engine.giveWay()) engine.resumeOutbox();
}
