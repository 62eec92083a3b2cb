import type { Clock } from '../clock.ts';
import type { LifecycleCommand } from '../lifecycle/commands.ts';
import type { LifecycleContext } from '../lifecycle/context.ts';
import type { LifecycleInput } from '../lifecycle/events.ts';
import type { LifecyclePolicy } from '../lifecycle/policy.ts';
import type { Logger } from '../logger.ts';
import { eventForLog } from './event-for-log.ts';
import type { Journal } from './journal.ts';
import { type LifecycleRecord, type OutboxEntry, recordVersion, stateName, type Timer } from './record.ts';
import { failureOf, refusedWhenDegraded } from './refusals.ts';
import { begin, restore, type Snapshot, type Step, step } from './step.ts';
import { createTimers } from './timers.ts';

export interface EngineOptions {
  clock: Clock;
  policy: LifecyclePolicy;
  journal: Journal;
  log: Logger;
  instanceId: string;
  bootId: string;
  clockOffset: number;
  /** Carries out one command; the answer becomes an event. */
  execute(command: LifecycleCommand, context: LifecycleContext): Promise<LifecycleInput | null>;
  /** Told after each change that is on disk. */
  onChange?(record: LifecycleRecord, tags: ReadonlySet<string>): void;
}

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
  stop(): void;
}

/** Joins sources, machine and effects: event → transition → journal → commands. Nothing runs before it is on disk. */
export function createEngine(options: EngineOptions): Engine {
  const { clock, journal, log } = options;
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
  const timers = createTimers(clock, (timer) => {
    queue.push({ event: { ...timer.event, at: clock.now() }, timer });
    drain();
  });

  const contextOf = (of: Snapshot): LifecycleRecord['context'] => {
    const { policy: _, ...context } = of.context;
    return context;
  };

  /** Writes the record down, then lets the commands go. */
  function commit(
    next: Step,
    event: { type: string; at: number },
    from: string | null,
    settled?: string,
  ): void {
    seq += 1;
    const fresh = next.commands.map((command, index) => ({ id: `${life}.${seq}.${index}`, command }));
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
    timers.adopt(nextTimers);
    const to = stateName(record.value);
    if (from !== to) log.info({ from, to, ...eventForLog(event) }, 'transition');
    options.onChange?.(record, snapshot.tags as ReadonlySet<string>);
    for (const entry of fresh) run(entry);
    if (snapshot.status === 'done') markReleased();
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
      degraded && refusedWhenDegraded(command)
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
    if (settles === undefined && timer === undefined && isUnchanged(next)) return;
    commit(next, event, from, settles);
  }

  /** The same poll again: nothing to write, nothing to say. */
  function isUnchanged(next: Step): boolean {
    return (
      next.commands.length === 0 &&
      next.timerChanges.length === 0 &&
      JSON.stringify(next.snapshot.value) === JSON.stringify(snapshot.value) &&
      JSON.stringify(next.snapshot.context) === JSON.stringify(snapshot.context)
    );
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
        if (from.value === 'released') life += 1;
      }
      // A play of the earlier boot or life must never be taken for one of this.
      const fresh = begin(options.policy, clock.now(), from?.context.operations);
      commit(fresh, { type: 'life.begun', at: clock.now() }, null);
    },
    resumeOutbox() {
      const left = inherited;
      inherited = [];
      for (const entry of left) {
        if ('operation' in entry.command) {
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
    stop() {
      stopped = true;
      timers.stop();
    },
  };
}
