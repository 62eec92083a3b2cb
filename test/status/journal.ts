import type { JournalEntry } from '../../src/engine/journal-format.ts';
import { recordVersion, type StateValue, stateName } from '../../src/engine/record.ts';
import { begin, contextOf, type Step, step } from '../../src/engine/step.ts';
import type { LifecycleInput } from '../../src/lifecycle/events.ts';
import { defaultPolicy } from '../../src/lifecycle/policy.ts';
import { groupView } from '../support/views.ts';

/** The entries that an engine would write, made by the real machine: `send` gives the one that follows an event. */
export function writeJournal(instanceId = 'i-0123456789abcdef0', start = Date.now()) {
  let seq = 0;
  let at = start;
  let current: Step = begin(defaultPolicy, at);
  const entryOf = (event: JournalEntry['event'], from: string | null): JournalEntry => {
    seq += 1;
    const value = current.snapshot.value as StateValue;
    return {
      event,
      from,
      to: stateName(value),
      commands: current.commands,
      record: {
        version: recordVersion,
        instanceId,
        bootId: 'boot',
        clockOffset: 0,
        life: 1,
        seq,
        at: event.at,
        value,
        context: contextOf(current.snapshot),
        timers: [],
        outbox: [],
      },
    };
  };
  const first = entryOf({ type: 'life.begun', at }, null);
  const send = (input: LifecycleInput, after = 1_000): JournalEntry => {
    at += after;
    const from = stateName(current.snapshot.value as StateValue);
    const event = { ...input, at };
    current = step(current.snapshot, event);
    return entryOf(event, from);
  };
  return {
    first,
    send,
    get operation() {
      return current.snapshot.context.operation ?? '';
    },
    /** From its begin to in service and idle. */
    serve: (): JournalEntry[] => [
      first,
      send({
        type: 'discovered',
        group: groupView(),
        target: 'InService',
        runner: { alive: true, registered: true },
      }),
      send({ type: 'runner.sampled', running: 0, limit: 2, paused: false }),
    ],
    sample: (running: number, limit = 2) => send({ type: 'runner.sampled', running, limit, paused: false }),
  };
}
