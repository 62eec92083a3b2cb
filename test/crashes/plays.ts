import type { Clock } from '../../src/clock.ts';
import type { LifecycleCommand } from '../../src/lifecycle/commands.ts';
import type { CommandResult, PlaybookFacts, PlaybookFailure } from '../../src/lifecycle/events.ts';
import type { Group } from './group.ts';
import type { Runner } from './runner.ts';

type PlayCommand = Extract<LifecycleCommand, { type: 'playInit' | 'playUnreg' | 'playScaleUp' }>;

/** What one task of a play does; `false`: not yet, try again. */
type Task = (facts: PlaybookFacts) => boolean;

/** One more and unreg gives up, as it should: the runner is then left to `drover reap`. */
const MOST_FAILURES = 4;
const TASK_TIME = 800;
/** The runner proves itself within this many looks, or init has failed. */
const LOOKS_FOR_PROOF = 8;

/** The three playbooks as lists of tasks that take time, can be killed between any two, and can fail. */
export function createPlays(clock: Clock, group: Group, runner: Runner, violate: (what: string) => void) {
  const live = new Map<string, (reason: PlaybookFailure) => void>();
  const used = new Set<string>();
  let failing: number[] = [];
  let failures = 0;

  const answer = (
    transition: 'launching' | 'terminating',
    result: 'CONTINUE' | 'ABANDON',
    facts: PlaybookFacts,
  ) => {
    if (transition === 'launching' && result === 'CONTINUE' && !runner.hasProved) {
      violate('CONTINUE at launch before the runner had proved itself');
    }
    facts.lifecycleAction = group.complete(transition, result);
    return true;
  };

  function tasksOf(command: PlayCommand, desiredBefore: number | null): Task[] {
    if (command.type === 'playScaleUp') return [() => true, scaleUp(desiredBefore)];
    if (command.type === 'playInit') {
      let looks = 0;
      return [
        () => {
          runner.registered = true;
          return true;
        },
        () => {
          // A unit that is stopping is started when it has stopped.
          if (runner.stopping()) return false;
          runner.start();
          return true;
        },
        () => {
          looks += 1;
          if (looks > LOOKS_FOR_PROOF) throw new Error('the runner does not prove itself');
          return runner.proved();
        },
        (facts) => !command.completeHook || answer('launching', 'CONTINUE', facts),
      ];
    }
    return [
      () => {
        runner.quit();
        return true;
      },
      () => !runner.alive(),
      (facts) => {
        runner.registered = false;
        facts.runnersLeft = 0;
        return true;
      },
      (facts) => !command.completeHook || answer(command.transition, command.result, facts),
    ];
  }

  /** As the shipped play: an increase that has happened since it was decided is not asked for again. */
  const scaleUp = (desiredBefore: number | null) => (facts: PlaybookFacts) => {
    facts.desiredBefore = group.size.desired;
    const raisedSince = desiredBefore !== null && group.size.desired > desiredBefore;
    facts.desiredAfter = raisedSince ? group.size.desired : group.raise();
    return true;
  };

  return {
    /** The next play fails before its n-th task. */
    failNext: (task: number) => {
      if (failures >= MOST_FAILURES) return;
      failures += 1;
      failing.push(task);
    },
    forgetFailures: () => {
      failing = [];
    },
    /** Before init nothing serves yet. */
    idle: () => live.size === 0 && !runner.alive(),
    start(command: PlayCommand, desiredBefore: number | null): Promise<CommandResult> {
      const { operation } = command;
      if (live.size > 0) violate(`${operation} beside ${[...live.keys()].join()}`);
      if (used.has(operation)) violate(`operation ${operation} was used twice`);
      used.add(operation);
      const failsAt = failing.shift() ?? Number.POSITIVE_INFINITY;
      const facts: PlaybookFacts = {};
      return new Promise((resolve) => {
        let cancel = () => {};
        const end = (reason: PlaybookFailure | null) => {
          cancel();
          live.delete(operation);
          resolve(
            reason === null
              ? { type: 'playbook.succeeded', operation, facts }
              : { type: 'playbook.failed', operation, reason, message: reason, facts },
          );
        };
        const tasks = tasksOf(command, desiredBefore);
        const go = (index: number) => {
          cancel = clock.setTimer(clock.now() + TASK_TIME, () => {
            if (index >= failsAt) return end('failed');
            const task = tasks[index];
            if (task === undefined) return end(null);
            try {
              go(task(facts) ? index + 1 : index);
            } catch {
              end('failed');
            }
          });
        };
        live.set(operation, end);
        go(0);
      });
    },
    cancel: (operation: string) => live.get(operation)?.('cancelled'),
    /** What a restarted agent does first: whatever still runs is ended. */
    sweep: () => {
      for (const end of [...live.values()]) end('cancelled');
    },
  };
}

export type Plays = ReturnType<typeof createPlays>;
