import type { JournalEntry } from '../engine/journal-format.ts';
import type { LifecycleCommand } from '../lifecycle/commands.ts';
import type { PlaybookFacts } from '../lifecycle/events.ts';
import { inWords } from '../terminal/duration-words.ts';
import { printable } from '../terminal/printable.ts';
import type { Deed } from './chapters.ts';
import { failureWords } from './event-words.ts';

/**
 * How a command ended: `open` is not known to have ended, `dropped` was forgotten over a restart, `withheld` was never
 * begun, by a dry agent.
 */
export type DeedOutcome = 'done' | 'failed' | 'open' | 'dropped' | 'withheld';

export interface DeedText {
  text: string;
  outcome: DeedOutcome;
  /** How it ended, in words. */
  ending: string;
}

/** One command and its end, in words. */
export function deedWords(deed: Deed): DeedText {
  const { command, end } = deed;
  const text = commandWords(command);
  if (deed.withheld) {
    const ending = 'operation' in command ? 'only checked; its log tells what would change' : 'withheld';
    return { text, outcome: 'withheld', ending };
  }
  if (end === null) return { text, outcome: 'open', ending: 'not known to have ended' };
  if (end.dropped) return { text, outcome: 'dropped', ending: 'a restart came between' };
  const took = end.at - deed.at;
  const after = took < 1_000 ? 'at once' : `after ${inWords(took)}`;
  if (end.event === null) return { text, outcome: 'done', ending: 'done' };
  const failure = failureIn(end.event);
  if (failure !== null) return { text, outcome: 'failed', ending: `${failure.how} ${after}: ${failure.why}` };
  return { text, outcome: 'done', ending: `${successWords(end.event)} ${after}${factWords(end.event)}` };
}

function commandWords(command: LifecycleCommand): string {
  switch (command.type) {
    case 'discover':
      return 'looked at metadata, group and runner';
    case 'observeGroup':
      return 'read the group again';
    case 'playInit':
      return `played gitlab_runner_init.yml (${printable(command.operation)})${command.completeHook ? ', to complete the launch hook too' : ''}`;
    case 'playUnreg':
      return `played gitlab_runner_unreg.yml (${printable(command.operation)})${
        command.completeHook ? `, to answer the ${command.transition} hook with ${command.result}` : ''
      }`;
    case 'playScaleUp':
      return `played scale_up.yml (${printable(command.operation)})`;
    case 'cancelPlaybook':
      return `cancelled ${printable(command.operation)}`;
    case 'recordHeartbeat':
      return `sent a heartbeat to the ${command.transition} hook`;
    case 'completeLifecycleAction':
      return `answered the ${command.transition} hook with ${command.result}`;
    case 'terminateInstance':
      return `asked the group to terminate this instance${command.decrement ? ' and to want one fewer' : ''}`;
    case 'setProtection':
      return command.protected
        ? 'asked for scale-in protection'
        : 'let the group take this instance at a scale-in';
    case 'markUnhealthy':
      return 'told the group that this instance is unhealthy';
    case 'stopIntake':
      return 'told the runner to take no new job';
    case 'forceStop':
      return `sent ${command.signal} to the runner`;
    default:
      return printable((command as { type: string }).type);
  }
}

function failureIn(event: JournalEntry['event']): { how: string; why: string } | null {
  if (!/\.(failed|refused)$/.test(event.type)) return null;
  const { message = '', reason } = event as { message?: string; reason?: string };
  const how =
    event.type === 'playbook.failed'
      ? failureWords(`${reason}`)
      : event.type.endsWith('refused')
        ? 'was refused'
        : 'failed';
  return { how, why: printable(message) };
}

function successWords(event: JournalEntry['event']): string {
  if (event.type === 'playbook.succeeded') return 'succeeded';
  if (event.type === 'termination.accepted') return 'agreed';
  if ((event as { outcome?: string }).outcome === 'gone') return 'found nothing waiting';
  return 'done';
}

/** What a playbook reported of its work. */
function factWords(event: JournalEntry['event']): string {
  const { facts } = event as { facts?: PlaybookFacts };
  if (facts === undefined) return '';
  const told: string[] = [];
  if (facts.lifecycleAction === 'completed') told.push('the hook took the answer');
  if (facts.lifecycleAction === 'gone') told.push('no hook was waiting');
  if (facts.desiredAfter !== undefined) {
    told.push(
      facts.desiredBefore === facts.desiredAfter
        ? `desired capacity stayed ${facts.desiredAfter}`
        : `desired capacity went from ${facts.desiredBefore ?? 'unknown'} to ${facts.desiredAfter}`,
    );
  }
  if ((facts.runnersLeft ?? 0) > 0) told.push(`${facts.runnersLeft} still registered in GitLab`);
  return told.length === 0 ? '' : `; ${told.join('; ')}`;
}
