import type { JournalEntry } from '../engine/journal-format.ts';
import type { GroupView, LifecycleEvent, LocalRunner } from '../lifecycle/events.ts';
import { inWords } from '../terminal/duration-words.ts';
import { printable } from '../terminal/printable.ts';
import { clockTime } from './clock-time.ts';

type Told = LifecycleEvent | { type: string; at: number };

/** What each timer of the chart means when it rings; `xstate.after.<delay>.…` is its event's name. */
const rung: Record<string, string> = {
  idleThreshold: 'no job came for the whole idle threshold',
  confirmLimit: 'Auto Scaling stayed silent too long',
  forceLimit: 'the runner did not end in time after SIGTERM',
  launchLimit: 'launching took longer than its limit',
  retryDelay: 'the pause before the next try was over',
  recheck: 'it was time to look again',
};

/** What was seen, as the end of "saw that …". Nothing of it is trusted to be printable. */
export function readingOf(raw: JournalEntry['event']): string {
  const event = raw as Told;
  const timer = /^xstate\.after\.([^.]+)\./.exec(event.type)?.[1];
  if (timer !== undefined) return rung[timer] ?? `the time ${printable(timer)} had passed`;
  return words(event as LifecycleEvent) ?? printable(event.type);
}

function words(
  event: LifecycleEvent | { type: 'life.begun' | `${string}.due` | 'deadline.reached'; at: number },
) {
  switch (event.type) {
    case 'life.begun':
      return 'the agent started with no earlier record of this boot';
    case 'discovered':
      return `${groupWords(event.group)}, and ${runnerWords(event.runner)}`;
    case 'group.observed':
      return groupWords(event.group);
    case 'group.unreachable':
      return `Auto Scaling has not answered for ${inWords(event.forMs)}`;
    case 'target.observed':
      return `the metadata gives ${printable(event.target)} as target lifecycle state`;
    case 'interruption.noticed':
      return `EC2 announced a Spot interruption (${event.action}) for ${clockTime(event.deadline)}`;
    case 'rebalance.noticed':
      return 'EC2 recommended a rebalance, which is advice only';
    case 'maintenance.noticed':
      return `EC2 scheduled maintenance (${printable(event.code)}) for ${clockTime(event.notBefore)}`;
    case 'maintenance.cleared':
      return 'the scheduled maintenance is over or was cancelled';
    case 'runner.sampled':
      return `${event.running} of ${event.limit} jobs ran on the runner${event.paused ? ', which is paused in GitLab' : ''}`;
    case 'runner.unreadable':
      return `the runner gave no reading that can be believed: ${printable(event.reason)}`;
    case 'runner.process':
      return event.alive ? 'the runner’s process was there' : 'the runner’s process was gone';
    case 'runner.rejected':
      return 'GitLab refuses the runner’s token: the runner was deleted there';
    case 'playbook.succeeded':
      return `${printable(event.operation)} succeeded`;
    case 'playbook.failed':
      return `${printable(event.operation)} ${failureWords(event.reason)}: ${printable(event.message)}`;
    case 'lifecycleAction.completed':
      return event.outcome === 'gone'
        ? `the ${event.transition} hook was no longer waiting`
        : `the ${event.transition} hook took the answer`;
    case 'lifecycleAction.failed':
      return `the ${event.transition} hook could not be answered: ${printable(event.message)}`;
    case 'heartbeat.recorded':
      return `the ${event.transition} hook took a heartbeat`;
    case 'heartbeat.refused':
    case 'heartbeat.failed':
      return `a heartbeat for the ${event.transition} hook failed: ${printable(event.message)}`;
    case 'termination.accepted':
      return 'the group agreed to terminate this instance';
    case 'termination.refused':
      return `the group refused to terminate this instance: ${printable(event.message)}`;
    case 'protection.set':
      return `scale-in protection is ${event.protected ? 'on' : 'off'}`;
    case 'protection.failed':
      return `scale-in protection could not be changed: ${printable(event.message)}`;
    case 'health.set':
      return 'the group counts this instance as unhealthy';
    case 'health.failed':
      return `the group could not be told that this instance is unhealthy: ${printable(event.message)}`;
    case 'host.stopping':
      return event.kind === 'reboot' ? 'the host is to reboot' : 'the host is to power off';
    case 'heartbeat.due':
      return 'a heartbeat was due';
    case 'maintenance.due':
      return 'the scheduled maintenance comes soon';
    case 'deadline.reached':
      return 'the deadline of the drain was reached';
    default:
      return null;
  }
}

/** How a playbook run ended that did not succeed. */
export function failureWords(reason: string): string {
  if (reason === 'cancelled') return 'was cancelled';
  if (reason === 'interrupted') return 'was cut short';
  if (reason === 'timeout') return 'ran out of time';
  if (reason === 'spawn') return 'could not be started';
  return 'failed';
}

function groupWords(group: GroupView | null | undefined): string {
  if (group === null || group === undefined) return 'no group knows this instance';
  const { groupName, lifecycleState, desiredCapacity, minSize, maxSize } = group;
  return `group ${printable(groupName, 100)} has this instance as ${printable(lifecycleState, 40)} (desired ${desiredCapacity} of ${minSize} to ${maxSize})`;
}

function runnerWords(runner: LocalRunner | undefined): string {
  const { alive = false, registered = false } = runner ?? {};
  if (alive && registered) return 'a registered runner runs here';
  if (registered) return 'a runner is registered here and does not run';
  return alive ? 'a runner runs here that is not registered' : 'no runner is registered here';
}
