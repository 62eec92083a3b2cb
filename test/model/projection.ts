import type { LifecycleContext } from '../../src/lifecycle/context.ts';
import {
  launchActionOpen,
  terminateActionOpen,
  whyNotRetire,
  whyNotScaleUp,
} from '../../src/lifecycle/group.ts';
import { heartbeatInterval } from '../../src/lifecycle/timing.ts';
import type { Ghost } from './ghost.ts';

/** As the machine's LAST_MOMENT: nearer than that a deadline moves no further. */
const AT_ONCE = 2_000;

/**
 * What tells two nodes apart: all that a guard or a parameter can still read in this state. What a state sets before
 * it reads it, and what only a text or a number of a command shows, is left out. A test checks that nodes which this
 * takes for one go on alike.
 */
export function keyOf(
  name: string,
  context: LifecycleContext,
  timers: ReadonlyMap<string, unknown>,
  ghost: Ghost,
): string {
  if (name === 'released') return name;
  if (name === 'retained') return name + ghost.plays.length;
  const parts = [
    name,
    [...timers.keys()]
      .filter((id) => !isDead(id, name))
      .sort()
      .join(),
    ghost.plays.map(kindOf).join('+'),
    context.operation === null ? '' : kindOf(context.operation),
    ghost.playCompletes,
    flags(
      context.launchActionDone,
      context.terminateActionDone,
      ghost.done.launching,
      ghost.done.terminating,
    ),
    flags(ghost.confirmed, ghost.proved, ghost.intakeOff),
  ];
  if (name.startsWith('inService')) return [...parts, ...serving(name, context, ghost)].join('|');
  const leaves = /^terminating\.(?!confirming)|abandoning|^halting/.test(name);
  parts.push(
    leaves ? actionsOf(context) : viewOf(context),
    leaves ? '' : `${context.target === 'Terminated'}${context.scaleInProtected}${ghost.protection}`,
    flags(ghost.launched, ghost.asked.launching, ghost.asked.terminating),
  );
  if (/^launching|^warmed|^terminating\.(?!confirming|draining)|^halting\.(?!halted)/.test(name)) {
    parts.push(context.transition, context.result);
  }
  if (/^launching|^terminating\.(draining|retrying|forcing)|^halting/.test(name))
    parts.push(String(attemptsOf(context)));
  if (name.startsWith('halting')) parts.push(String(context.halt));
  if (!FORCED.test(name)) parts.push(deadlinesOf(context));
  return parts.join('|');
}

function serving(name: string, context: LifecycleContext, ghost: Ghost): unknown[] {
  const { group } = context;
  const parts: unknown[] = [
    group?.lifecycleState.startsWith('Pending') ? group.lifecycleState : '',
    flags(group === null, whyNotScaleUp(group) === null, whyNotRetire(group) === null),
    flags(context.target === 'Terminated'),
    `${context.scaleInProtected}${ghost.protection}`,
    `${context.maintenanceId}${ghost.maintenance}`,
    ghost.reading + ghost.raised,
  ];
  if (/saturated|repairing|stopping/.test(name)) parts.push(attemptsOf(context));
  if (name.includes('saturated')) {
    const raised =
      group !== null && context.desiredBefore !== null && group.desiredCapacity > context.desiredBefore;
    parts.push(
      context.scaleUps > 0,
      (context.running ?? 0) >= (context.limit ?? 1),
      context.desiredBefore === null,
      raised,
    );
  }
  if (/idle|retiring/.test(name)) parts.push(flags(context.ripe, context.paused));
  return parts;
}

/** The end is forced already, or nothing ends by a deadline. */
export const FORCED = /^terminating\.(forcing|releasing)|^halting\.(forcing|answering|halted)/;

/** A deadline that passes in these states changes nothing any more. */
export const isDead = (timer: string, name: string): boolean => timer === 'deadline' && FORCED.test(name);

const flags = (...values: boolean[]): string => values.map((value) => (value ? '1' : '0')).join('');

export const kindOf = (operation: string): string => operation.replace(/-\d+$/, '');

/** One failure is as good as many: the policy of the model allows two attempts. */
const attemptsOf = ({ attempts }: LifecycleContext): number => Math.min(attempts, 1);

const viewOf = ({ group }: LifecycleContext): string =>
  group === null ? 'none' : `${group.lifecycleState}${group.minSize}`;

const actionsOf = (context: LifecycleContext): string =>
  flags(
    launchActionOpen(context.group),
    terminateActionOpen(context.group),
    context.group?.lifecycleState.includes('Terminating') === true,
  ) + heartbeatInterval(context);

function deadlinesOf({ notice, noticeDeadline, deadline }: LifecycleContext): string {
  const when =
    deadline === null ? 'never' : deadline <= AT_ONCE ? 'now' : deadline <= 120_000 ? 'soon' : 'later';
  return `${when}${notice === 'interruption' ? noticeDeadline : ''}`;
}
