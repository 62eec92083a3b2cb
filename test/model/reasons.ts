import { launchActionOpen, terminateActionOpen } from '../../src/lifecycle/group.ts';
import type { Edge } from './explore.ts';

/** What leads into each part of the chart from another one: no state is entered for nothing. */
const REASONS: Record<string, RegExp> = {
  terminating: /\((Warmed|Terminating:(Wait|Proceed))|interruption$|^target\(Terminated\)$|^group\(gone\)$/,
  halting: /^(poweroff|reboot)$/,
  released: /^group\((gone|Warmed)/,
  retained: /\(Terminating:Retained/,
  standby: /\(Standby/,
  unmanaged: /\((Detached|gone)/,
  warmed: /\(Warmed/,
  inService: /\(InService/,
  launching: /\((Pending|InService)/,
  discovering: /^group|^target\(InService\)$|^timer .*halted$/,
};
/** A launch that is given up, and a host that reboots while it leaves, end as any drain does. */
const GOES_ON = /^launching\.abandoning|^halting/;

const partOf = (name: string): string => name.split('.')[0] ?? name;

/** Says for what a state was entered that is no reason for it, or null. */
export function entersForNothing({ from, input, to }: Edge): string | null {
  const part = partOf(to.name);
  if (part === partOf(from.name) || (part === 'terminating' && GOES_ON.test(from.name))) return null;
  return REASONS[part]?.test(input.name) ? null : `3: ${input.name} leads from ${from.name} to ${to.name}`;
}

/** Where a look at the world must lead, and what must stay as it is while nothing has changed. */
const FITS: Array<[RegExp, RegExp]> = [
  [/\(Terminating:Retained/, /^retained$/],
  [/\(Terminating/, /^terminating\.draining$/],
  [/\(Standby/, /^standby$/],
  [/\(Warmed/, /^warmed$/],
  [/\(Pending/, /^launching\./],
  [/\(InService.*serving/, /^inService\./],
  [/\(InService.*bare/, /^launching\./],
  [/\((Detached|gone)/, /^unmanaged$/],
];

/** What the group says, and the one state that it leads to. */
const NEXT: Array<[from: RegExp, on: RegExp, into: string]> = [
  [/^(unmanaged|standby)$/, /^group\((Pending|InService)/, 'discovering'],
  [/^unmanaged$/, /^group\(Warmed/, 'discovering'],
  // A young instance may not be known everywhere yet: that is looked at once more, and at once.
  [/^launching\.registering$/, /^group\(gone\)$/, 'discovering'],
  [/^retained$/, /^group\(gone\)$/, 'released'],
];

export function lookLeadsElsewhere({ from, input, to }: Edge): string | null {
  const looks = from.name === 'discovering' && input.name.startsWith('discovered(');
  const stays =
    (from.name === 'unmanaged' && /^group\((Detached|gone)/.test(input.name)) ||
    (from.name === 'standby' && input.name === 'group(Standby)') ||
    (from.name === 'warmed' && input.name.startsWith('group(Warmed'));
  const next = NEXT.find(([leads, on]) => leads.test(from.name) && on.test(input.name))?.[2];
  if (next !== undefined && to.name !== next) return `${input.name} leads from ${from.name} to ${to.name}`;
  if (!looks && !stays) return null;
  const fit = FITS.find(([view]) => view.test(input.name))?.[1];
  return fit === undefined || fit.test(to.name)
    ? null
    : `${input.name} leads from ${from.name} to ${to.name}`;
}

const CONFIRMS = /^group\((Terminating:(Wait|Proceed)|gone)|interruption$|^api silent$/;

/** An announced termination waits for what confirms it, and for nothing else; taken back, it is none. */
export function confirmsAmiss({ from, input, to }: Edge): string | null {
  if (input.name === 'target(Terminated)' && to.name === 'terminating.draining' && from.name !== to.name) {
    return `T3: announced and not confirmed, yet ${from.name} leads to draining`;
  }
  if (from.name !== 'terminating.confirming') return null;
  if (input.name === 'target(InService)' && to.name !== 'discovering')
    return `T3: taken back, and yet ${to.name}`;
  return /^terminating\.(?!confirming)/.test(to.name) && !CONFIRMS.test(input.name)
    ? `T3: ${input.name} confirms no termination, and yet leads to ${to.name}`
    : null;
}

const PLAY_FAILED = /^play (failed|cut short|answered, then failed)$/;

/** A poweroff goes on to its end, a maintenance lasts, and only what is open is kept open or answered. */
export function goesAstray({ from, input, to, commands }: Edge): string | null {
  const { halt } = from.snapshot.context;
  if (from.name.startsWith('halting') && halt === 'poweroff' && !/^halting|^discovering/.test(to.name)) {
    return `T17: a poweroff ends in ${to.name}`;
  }
  if (
    from.name === 'halting.stopping' &&
    to.name === 'halting.halted' &&
    !/^runner gone|haltLimit/.test(input.name)
  ) {
    return `T17: ${input.name} lets the host go down before its runner`;
  }
  if (to.name === 'launching.retrying' && from.name !== to.name && !PLAY_FAILED.test(input.name)) {
    return `6: ${input.name} leads from ${from.name} to another init, although none failed`;
  }
  if (to.name === 'inService.repairing.givenUp' && from.name === 'inService.repairing.working') {
    const { attempts, policy } = from.snapshot.context;
    if (attempts + 1 < policy.repairAttempts || input.name === 'play cut short')
      return `4: given up before ${policy.repairAttempts} repairs have failed`;
  }
  if (from.name === 'launching.registering' && to.name === 'discovering' && input.name !== 'group(gone)') {
    return `6: ${input.name}, which comes with every look, cuts init short`;
  }
  if (
    from.name === 'inService.cordoned.closed' &&
    to.name === 'inService.cordoned.reopening' &&
    to.ghost.maintenance
  ) {
    return `T8: ${input.name} opens the cordon while its maintenance stands`;
  }
  for (const command of commands) {
    if (command.type === 'markUnhealthy') {
      const { transition } = to.snapshot.context;
      const given = /givenUp$/.test(to.name) || (/releasing$/.test(to.name) && transition === 'launching');
      if (!given) return `4: the group is told to replace the instance in ${to.name}`;
    }
    if (command.type !== 'recordHeartbeat') continue;
    const { group } = to.snapshot.context;
    const open = command.transition === 'launching' ? launchActionOpen(group) : terminateActionOpen(group);
    if (!open) return `2: a heartbeat for a ${command.transition} action that is not open`;
  }
  const answers = commands.some(({ type }) => type === 'completeLifecycleAction');
  return from.name === 'launching.joining' && answers && !launchActionOpen(from.snapshot.context.group)
    ? '2: an action is answered that is not open'
    : null;
}
