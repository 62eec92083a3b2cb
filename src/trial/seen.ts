import type { LogEntry } from '../sandbox/log.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { SeenCall } from './played.ts';

/** What a runner that runs does by itself. */
const BY_ITSELF = /^(requestJob|updateJob|.*trace.*)$/i;

/** The mutating calls that the sandbox has seen since then, in order, but for those of a runner at work. */
export function callsSince({ log }: Sandbox, moment: number): SeenCall[] {
  return log.entries
    .filter(({ kind, mutating, at }) => kind === 'call' && mutating === true && at >= moment)
    .filter(({ operation = '' }) => !BY_ITSELF.test(operation))
    .map(({ at, service, operation, status }) => ({ at, text: `${service} ${operation} (${status})` }));
}

/** What a playbook can change; instances that come and go are what follows from it. */
export function changesSince({ log }: Sandbox, moment: number): string[] {
  const told = (entry: LogEntry): string | null => {
    const { subject, state, desiredCapacity, hook } = entry;
    if (subject === 'group' && desiredCapacity !== undefined)
      return `desired capacity became ${desiredCapacity}`;
    if (subject === 'hook' && state === 'completed') return `the hook ${hook} was completed`;
    if ((subject === 'manager' || subject === 'runner') && /^(created|deleted)$/.test(`${state}`)) {
      return `a ${subject === 'manager' ? 'runner manager' : 'runner'} was ${state} in GitLab`;
    }
    return null;
  };
  return log.entries
    .filter(({ kind, at }) => kind === 'state' && at >= moment)
    .flatMap((entry) => told(entry) ?? []);
}
