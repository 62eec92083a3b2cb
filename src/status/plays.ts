import type { PlaybookEvent } from '../playbooks/events.ts';
import type { Play, PlayStep, PlayTask, TaskState } from './messages.ts';

/** Runs that are kept to be looked at, over all instances. */
const KEPT_PLAYS = 24;
/** More than any of our playbooks has. */
const KEPT_TASKS = 300;

const ended: Partial<Record<PlaybookEvent['event'], TaskState>> = {
  ok: 'ok',
  skipped: 'skipped',
  failed: 'failed',
  unreachable: 'failed',
};

/** The playbook runs and their tasks, from the events of the callback. */
export class Plays {
  #plays: Play[] = [];

  get all(): readonly Play[] {
    return this.#plays;
  }

  /** Takes one event; what it says that is new, as it is told to the pages. */
  take(instanceId: string, operation: string, event: PlaybookEvent): PlayStep | null {
    const at = event.at;
    const base = { type: 'play', instanceId, operation, at } as const;
    if (event.event === 'start') {
      this.#plays.push({ instanceId, operation, at, endedAt: null, outcome: null, tasks: [] });
      this.#plays = this.#plays.slice(-KEPT_PLAYS);
      return { ...base, task: null, outcome: null };
    }
    const play = this.#find(instanceId, operation);
    if (play === undefined) return null;
    if (event.event === 'task' || event.event === 'handler') {
      const task: PlayTask = { name: event.task ?? '', state: 'running', at, endedAt: null, message: null };
      if (play.tasks.length < KEPT_TASKS) play.tasks.push(task);
      return { ...base, task, outcome: null };
    }
    const state = ended[event.event];
    const task = play.tasks.findLast(({ name }) => name === event.task);
    if (state === undefined || task === undefined) return null;
    task.state =
      state === 'ok' && event.changed ? 'changed' : state === 'failed' && event.ignored ? 'ok' : state;
    task.endedAt = at;
    task.message = event.msg ?? null;
    return { ...base, task: { ...task }, outcome: null };
  }

  /** The run has ended. */
  end(instanceId: string, operation: string, outcome: string, at: number): PlayStep | null {
    const play = this.#find(instanceId, operation);
    if (play === undefined || play.outcome !== null) return null;
    play.endedAt = at;
    play.outcome = outcome;
    for (const task of play.tasks) if (task.state === 'running') task.endedAt = at;
    return { type: 'play', instanceId, operation, at, task: null, outcome };
  }

  #find(instanceId: string, operation: string): Play | undefined {
    return this.#plays.findLast((play) => play.instanceId === instanceId && play.operation === operation);
  }
}
