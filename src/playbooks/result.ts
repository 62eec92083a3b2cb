import type { PlaybookFacts, PlaybookFailure } from '../lifecycle/events.ts';
import type { Progress } from './events.ts';

export interface PlaybookResult {
  outcome: 'succeeded' | Exclude<PlaybookFailure, 'interrupted'>;
  /** Why, in one or a few lines; empty on success. */
  message: string;
  facts: PlaybookFacts;
  exitCode: number | null;
  /** How many tasks changed something, as Ansible's stats count them; null without stats. */
  changed: number | null;
  /** What Ansible printed (its end, if it was long), redacted. */
  output: string;
}

/** What is known of ansible-playbook's end. */
export interface Ending {
  exitCode: number | null;
  signal: string | null;
  stoppedBy: 'cancelled' | 'timeout' | null;
  output: string;
}

/**
 * Success is exit code 0 and a start event and stats that name a host and no failure and the last task seen: Ansible
 * ends with 0 also when no host matches, and when the callback lost its descriptor.
 */
export function judge(progress: Progress, ending: Ending, finalTask: string): PlaybookResult {
  const { exitCode, stoppedBy, output } = ending;
  const base = { facts: progress.facts, exitCode, changed: progress.changed, output };
  if (exitCode === 0 && progress.started && progress.statsGood && progress.finalTaskSeen) {
    return { ...base, outcome: 'succeeded', message: '' };
  }
  const where = progress.lastTask === null ? 'before its first task' : `in task "${progress.lastTask}"`;
  if (stoppedBy === 'cancelled') return { ...base, outcome: 'cancelled', message: `cancelled ${where}` };
  if (stoppedBy === 'timeout') return { ...base, outcome: 'timeout', message: `out of time ${where}` };
  return { ...base, outcome: 'failed', message: progress.failure ?? explain(progress, ending, finalTask) };
}

function explain(progress: Progress, { exitCode, signal, output }: Ending, finalTask: string): string {
  if (exitCode === 0) {
    return progress.started
      ? `ansible-playbook ended well but never came to "${finalTask}": is localhost in the inventory?`
      : 'ansible-playbook ended well but sent no events: the callback drover_events did not load';
  }
  const end = output.trim().split('\n').slice(-5).join('\n');
  return `ansible-playbook ended with ${signal ?? `exit code ${exitCode}`}${end === '' ? '' : `: ${end}`}`;
}
