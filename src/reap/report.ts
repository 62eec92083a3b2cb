/** What reap tells while it works; each is one line, for people or as JSON. */
export type ReapEvent =
  | { event: 'looked'; runners: number; managers: number; unreadable: number; instances: number }
  | { event: 'note'; message: string }
  /** A part of the work could not be done at all. */
  | { event: 'problem'; message: string }
  | ({ event: Subject['what']; outcome: ReapOutcome; message: string } & Subject)
  | ({ event: 'unknown'; message: string; mend: string } & Subject);

export type Tell = (event: ReapEvent) => void;

/** `gone`: it was no longer there. `left`: it could not be removed. */
export type ReapOutcome = 'removed' | 'would-remove' | 'gone' | 'left';

/** What a line is about. */
export type Subject =
  | { what: 'runner'; runnerId: number; description: string; instanceId: string }
  | { what: 'manager'; runnerId: number; systemId: string; instanceId: string | null }
  | { what: 'hook'; hook: string | null; groupName: string; transition: string; instanceId: string };

export interface ReapSummary {
  event: 'summary';
  check: boolean;
  /** Removed now; with --check, what would be. */
  removed: { runners: number; managers: number; hooks: number };
  /** Had gone already when they were to be removed. */
  gone: number;
  /** Of instances that EC2 says are there. */
  living: number;
  unknown: number;
  /** What could not be removed, or read: the exit code is 1 unless it is 0. */
  left: number;
}

const PLURAL = { runner: 'runners', manager: 'managers', hook: 'hooks' } as const;

/** Counts what is told, for the summary. */
export function createTally(check: boolean) {
  const summary: ReapSummary = {
    event: 'summary',
    check,
    removed: { runners: 0, managers: 0, hooks: 0 },
    gone: 0,
    living: 0,
    unknown: 0,
    left: 0,
  };
  return {
    summary,
    count(event: ReapEvent): void {
      if (event.event === 'unknown') summary.unknown += 1;
      if (event.event === 'problem') summary.left += 1;
      if (!('outcome' in event)) return;
      if (event.outcome === 'gone') summary.gone += 1;
      else if (event.outcome === 'left') summary.left += 1;
      else summary.removed[PLURAL[event.what]] += 1;
    },
  };
}

/** One event, for people. */
export function describeReapEvent(event: ReapEvent): string {
  switch (event.event) {
    case 'looked': {
      const { runners, managers, unreadable, instances } = event;
      const hidden = unreadable > 0 ? ` (of ${unreadable} runners the API token may not read them)` : '';
      return `GitLab lists ${runners} runners with ${managers} managers${hidden}; Auto Scaling remembers ${instances} instances`;
    }
    case 'note':
      return event.message;
    case 'problem':
      return `  FAILED        ${event.message}`;
    case 'unknown':
      return `  unknown       ${describeSubject(event)}: ${event.message}; ${event.mend}`;
    default: {
      const done = event.what === 'hook' ? 'completed' : 'removed';
      const words = {
        removed: done,
        'would-remove': event.what === 'hook' ? 'would complete' : 'would remove',
        gone: 'gone already',
        left: 'LEFT',
      };
      return `  ${words[event.outcome].padEnd(14)}${describeSubject(event)}: ${event.message}`;
    }
  }
}

function describeSubject(subject: Subject): string {
  switch (subject.what) {
    case 'runner':
      // Whoever may create runners chooses this text: no control character of it reaches the terminal.
      return `runner ${subject.runnerId} ${JSON.stringify(subject.description)}`;
    case 'manager':
      return `manager ${subject.systemId} of runner ${subject.runnerId}${subject.instanceId ? ` (${subject.instanceId})` : ''}`;
    case 'hook':
      return `${subject.transition} hook ${subject.hook ?? ''} of ${subject.instanceId} in ${subject.groupName}`;
  }
}

/** The summary, for people. */
export function describeReapSummary({ check, removed, gone, living, unknown, left }: ReapSummary): string {
  const { runners, managers, hooks } = removed;
  const done = check ? 'would remove' : 'removed';
  return [
    `${done} ${runners} runners and ${managers} managers, ${check ? 'complete' : 'completed'} ${hooks} hooks`,
    `${gone} were gone already, ${living} belong to instances that are there, ${unknown} are unknown, ${left} are left`,
    ...(check ? ['checked, nothing changed'] : []),
  ].join('\n');
}
