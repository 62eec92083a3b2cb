import type { LogEntry } from '../sandbox/log.ts';
import type { AgentTransition } from './agent-log.ts';
import type { Tell } from './told.ts';

/** What the narrator asks about jobs and managers. */
export interface Names {
  nameOfJob(id: number): string;
  instanceOfManager(systemId: string): string | null;
}

const instanceWords: Record<string, string> = {
  Pending: 'starts',
  'Pending:Wait': 'waits for its launch hook',
  InService: 'is in service',
  Standby: 'is in standby',
  'Terminating:Wait': 'is to go; its terminate hook waits',
  Terminated: 'is gone',
};

const hookWords: Record<string, string> = {
  heartbeat: 'heartbeat: more time for the lifecycle action',
  completed: 'lifecycle action completed',
  timedOut: 'LIFECYCLE ACTION TIMED OUT',
};

const jobWords: Record<string, string> = {
  pending: 'waits in the queue',
  running: 'runs',
  success: 'has finished',
  failed: 'HAS FAILED',
};

export interface Narrator {
  /** Shows an entry of the event log, if it is one that people follow the story by. */
  entry(entry: LogEntry): void;
  /** Shows what an agent has decided. */
  transition(transition: AgentTransition): void;
  /** Shows the heading of a step. */
  step(heading: string): void;
}

/** Tells the event log as it grows: time since `started` (ms since the epoch), instance, what happened. */
export function narrator(names: Names, started: number, tell: Tell): Narrator {
  const clock = (at: number) => `${((at - started) / 1_000).toFixed(1).padStart(6)} s`;
  const line = (at: number, instanceId: string | null, what: string) =>
    `${clock(at)}  ${(instanceId ?? '').padEnd(19)}  ${what}`;
  return {
    transition({ instanceId, at, from, to }) {
      tell({
        text: line(at, instanceId, `  drover: ${to}`),
        event: { event: 'transition', instanceId, at, from, to },
      });
    },
    step(heading) {
      tell({ text: `\n${heading}`, event: { event: 'step', heading, at: Date.now() } });
    },
    entry(entry) {
      if (entry.kind !== 'state') return;
      const instanceId = instanceOf(entry, names);
      const what = words(entry, names);
      if (what === null) return;
      const { kind: _, ...fields } = entry;
      tell({
        text: line(entry.at, instanceId, what),
        event: { ...fields, event: String(entry.subject), ...(instanceId === null ? {} : { instanceId }) },
      });
    },
  };
}

function instanceOf(entry: LogEntry, names: Names): string | null {
  if (entry.instanceId !== undefined) return entry.instanceId;
  return typeof entry.systemId === 'string' ? names.instanceOfManager(entry.systemId) : null;
}

function words(entry: LogEntry, names: Names): string | null {
  const state = String(entry.state);
  switch (entry.subject) {
    case 'instance':
      return instanceWords[state] ?? null;
    case 'hook': {
      const told = hookWords[state];
      if (told === undefined) return null;
      return entry.result === undefined ? told : `${told}: ${entry.hook} ${entry.result}`;
    }
    case 'group':
      return `desired capacity ${entry.from} → ${entry.desiredCapacity}`;
    case 'manager':
      return state === 'created' ? 'runner registered in GitLab' : 'runner unregistered from GitLab';
    case 'job': {
      const told = jobWords[state];
      return told === undefined ? null : `job ${names.nameOfJob(Number(entry.id))} ${told}`;
    }
    default:
      return null;
  }
}
