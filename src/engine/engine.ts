import type { LifecycleCommand } from '../lifecycle/commands.ts';
import type { LifecycleContext } from '../lifecycle/context.ts';
import type { LifecycleInput } from '../lifecycle/events.ts';
import type { EngineOptions } from './engine-options.ts';
import { eventForLog } from './event-for-log.ts';
import { tellingPolicy } from './journal.ts';
import {
  endsLife,
  type LifecycleRecord,
  type OutboxEntry,
  recordVersion,
  stateName,
  type Timer,
} from './record.ts';
import { failureOf, refusedWhenDegraded } from './refusals.ts';
import { changesNothing, contextOf, ownSteps, type Snapshot, type Step } from './step.ts';
import { createTimers } from './timers.ts';

export interface Engine {
  readonly record: LifecycleRecord;
  readonly context: LifecycleContext;
  /** The journal could not be written: the record lives in memory, and nothing irreversible begins. */
  readonly degraded: boolean;
  /** Begins a life, or goes on with a record; `discovering` is set for a record of an earlier boot. */
  start(from: LifecycleRecord | null): void;
  /** Reports what the record of a killed engine had begun: playbooks as interrupted, the rest anew. */
  resumeOutbox(): void;
  dispatch(input: LifecycleInput): void;
  /** Resolves when the machine has reached `released`. */
  readonly released: Promise<void>;
  /** Resolves when the record, on disk, is in a state of another owner; nothing that follows from it has begun. */
  readonly handedOver: Promise<void>;
  /** Hands the record over as it is, where its state is another owner's. Says whether it was. */
  giveWay(): boolean;
  stop(): void;
}

/** Joins sources, machine and effects: event → transition → journal → commands. Nothing runs before it is on disk. */
export function createEngine(options: EngineOptions): Engine {
  const { clock, journal, log } = tellingPolicy(options);
  const { begin, step, restore } = options.steps ?? ownSteps;
  let snapshot: Snapshot;
  let life = 1;
  let seq = 0;
  let outbox: OutboxEntry[] = [];
  let inherited: OutboxEntry[] = [];
  let record: LifecycleRecord;
  let degraded = false;
  let stopped = false;
  let handling = false;
  const queue: Array<{ event: { type: string; at: number }; settles?: string; timer?: Timer }> = [];
  let markReleased = () => {};
  const released = new Promise<void>((resolve) => {
    markReleased = resolve;
  });
  let markHandedOver = () => {};
  const handedOver = new Promise<void>((resolve) => {
    markHandedOver = resolve;
  });
  const owns = options.owns ?? (() => true);
  const timers = createTimers(clock, (timer) => {
    queue.push({ event: { ...timer.event, at: clock.now() }, timer });
    drain();
  });

  /** Writes the record down, then lets the commands go. */
  function commit(
    next: Step,
    event: { type: string; at: number },
    from: string | null,
    settled?: string,
  ): void {
    seq += 1;
    const to = stateName(next.snapshot.value as LifecycleRecord['value']);
    const ours = owns(to) || next.snapshot.status === 'done';
    // What follows from another owner's state is that owner's to begin.
    const fresh = next.commands.map((command, index): OutboxEntry => {
      const id = `${life}.${seq}.${index}`;
      return ours ? { id, command } : { id, command, held: true };
    });
    outbox = [...outbox.filter((entry) => entry.id !== settled), ...fresh];
    const nextTimers = timers.after(next.timerChanges);
    snapshot = next.snapshot;
    record = {
      version: recordVersion,
      instanceId: options.instanceId,
      bootId: options.bootId,
      clockOffset: options.clockOffset,
      life,
      seq,
      at: event.at,
      value: snapshot.value as LifecycleRecord['value'],
      context: contextOf(snapshot),
      timers: nextTimers,
      outbox,
    };
    write(event, from, next.commands);
    if (from !== to) log.info({ from, to, ...eventForLog(event) }, 'transition');
    if (!ours) {
      yieldNow();
      return;
    }
    timers.adopt(nextTimers);
    options.onChange?.(record, snapshot.tags as ReadonlySet<string>);
    for (const entry of fresh) run(entry);
    if (snapshot.status === 'done') markReleased();
  }

  function yieldNow(): void {
    stop();
    markHandedOver();
  }

  function stop(): void {
    stopped = true;
    timers.stop();
  }

  function write(
    event: { type: string; at: number },
    from: string | null,
    commands: LifecycleCommand[],
  ): void {
    try {
      journal.append({ event, from, to: stateName(record.value), commands, record });
      if (degraded) log.info({}, 'journal writable again');
      degraded = false;
    } catch (error) {
      if (!degraded) {
        log.error({ err: error }, 'journal not writable: degraded mode, no scale-up and no retirement');
      }
      degraded = true;
    }
  }

  function run(entry: OutboxEntry): void {
    const { command } = entry;
    const { type, ...rest } = command;
    log.info({ command: type, ...rest }, 'command');
    const answer: Promise<LifecycleInput | null> =
      degraded && refusedWhenDegraded(command, stateName(record.value))
        ? Promise.resolve(failureOf(command, 'the journal cannot be written'))
        : options.execute(command, snapshot.context).catch((error: Error) => {
            log.error({ err: error, command: command.type }, 'command failed');
            return failureOf(command, error.message);
          });
    void answer.then((result) => {
      if (stopped) return;
      if (result === null) {
        outbox = outbox.filter((other) => other.id !== entry.id);
      } else {
        queue.push({ event: { ...result, at: clock.now() }, settles: entry.id });
        drain();
      }
    });
  }

  function drain(): void {
    if (handling || stopped) return;
    handling = true;
    try {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) handle(item);
    } finally {
      handling = false;
    }
  }

  function handle({ event, settles, timer }: (typeof queue)[number]): void {
    if (snapshot.status === 'done') return;
    const from = stateName(snapshot.value as LifecycleRecord['value']);
    const next = step(snapshot, event);
    if (
      timer !== undefined &&
      !next.timerChanges.some((change) => 'set' in change && change.set.id === timer.id)
    ) {
      next.timerChanges.unshift({ cancel: timer.id });
    }
    if (settles === undefined && timer === undefined && changesNothing(next, snapshot)) return;
    commit(next, event, from, settles);
  }

  return {
    get record() {
      return record;
    },
    get context() {
      return snapshot.context;
    },
    get degraded() {
      return degraded;
    },
    released,
    start(from) {
      if (from !== null) {
        life = from.life;
        seq = from.seq;
        if (from.bootId === options.bootId && from.value !== 'released') {
          snapshot = restore(from.value, from.context, options.policy);
          inherited = from.outbox;
          outbox = from.outbox;
          record = { ...from, clockOffset: options.clockOffset };
          timers.adopt(from.timers);
          log.info({ state: stateName(from.value), life }, 'record restored');
          options.onChange?.(record, snapshot.tags as ReadonlySet<string>);
          return;
        }
        if (endsLife(from)) life += 1;
      }
      // A play of the earlier boot or life must never be taken for one of this.
      const at = clock.now();
      commit(begin(options.policy, at, from?.context.operations), { type: 'life.begun', at }, null);
    },
    resumeOutbox() {
      const left = inherited;
      inherited = [];
      for (const { held, ...entry } of left) {
        if ('operation' in entry.command && !held && !options.resumes?.(entry.command)) {
          const interrupted = failureOf(entry.command, 'Drover was stopped while it ran', 'interrupted');
          if (interrupted === null) outbox = outbox.filter((other) => other.id !== entry.id);
          else queue.push({ event: { ...interrupted, at: clock.now() }, settles: entry.id });
        } else {
          run(entry);
        }
      }
      drain();
    },
    dispatch(input) {
      queue.push({ event: { ...input, at: clock.now() } });
      drain();
    },
    handedOver,
    giveWay() {
      if (!stopped && !owns(stateName(record.value))) yieldNow();
      return stopped;
    },
    stop,
  };
}
