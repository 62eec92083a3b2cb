import { pino } from 'pino';
import { createEngine } from '../../src/engine/engine.ts';
import type { Journal } from '../../src/engine/journal.ts';
import type { LifecycleInput } from '../../src/lifecycle/events.ts';
import { defaultPolicy } from '../../src/lifecycle/policy.ts';
import { groupView } from './views.ts';
import { createVirtualClock } from './virtual-clock.ts';

const SERVING = { alive: true, registered: true };

/** An engine on this journal and a virtual clock; what it asks for is answered at once, plays with success. */
export function busyEngine(journal: Journal) {
  const clock = createVirtualClock();
  const engine = createEngine({
    clock,
    journal,
    policy: defaultPolicy,
    log: pino({ level: 'silent' }),
    instanceId: 'i-1',
    bootId: 'boot-1',
    clockOffset: 0,
    execute: async (command) =>
      command.type === 'discover'
        ? { type: 'discovered', group: groupView(), target: 'InService', runner: SERVING }
        : 'operation' in command && command.type !== 'cancelPlaybook'
          ? { type: 'playbook.succeeded', operation: command.operation, facts: {} }
          : null,
  });
  engine.start(journal.record);
  engine.resumeOutbox();
  const polls: LifecycleInput[] = [0, 1, 2, 2].flatMap((running): LifecycleInput[] => [
    { type: 'target.observed', target: 'InService' },
    { type: 'runner.process', alive: true },
    { type: 'runner.sampled', running, limit: 2, paused: false },
    { type: 'group.observed', group: groupView({ desiredCapacity: 2 }) },
    { type: 'rebalance.noticed', noticeTime: 'now' },
  ]);
  return {
    engine,
    /** Tells so many events of an instance that is sometimes busy, one a second: polls, as sources give them. */
    async tell(events: number): Promise<void> {
      for (let told = 0; told < events; told += 1) {
        engine.dispatch(
          polls[Math.floor(told / 40) % 4 === 0 ? told % 5 : told % polls.length] as LifecycleInput,
        );
        await clock.advance(1_000);
      }
      engine.stop();
    },
  };
}
