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

export function lookLeadsElsewhere({ from, input, to }: Edge): string | null {
  const looks = from.name === 'discovering' && input.name.startsWith('discovered(');
  const stays =
    (from.name === 'unmanaged' && /^group\((Detached|gone)/.test(input.name)) ||
    (from.name === 'standby' && input.name === 'group(Standby)') ||
    (from.name === 'warmed' && input.name.startsWith('group(Warmed'));
  const back = /^(unmanaged|standby)$/.test(from.name) && /^group\((Pending|InService)/.test(input.name);
  if (back && to.name !== 'discovering') return `${input.name} leads from ${from.name} to ${to.name}`;
  if (!looks && !stays) return null;
  const fit = FITS.find(([view]) => view.test(input.name))?.[1];
  return fit === undefined || fit.test(to.name)
    ? null
    : `${input.name} leads from ${from.name} to ${to.name}`;
}

/** A poweroff goes on to its end, retirement begins with a long idleness, and only what is open is kept open or answered. */
export function goesAstray({ from, input, to, commands }: Edge): string | null {
  const { halt, group } = from.snapshot.context;
  if (from.name.startsWith('halting') && halt === 'poweroff' && !/^halting|^discovering/.test(to.name)) {
    return `T17: a poweroff ends in ${to.name}`;
  }
  if (input.name === 'target(Terminated)' && to.name === 'terminating.draining' && from.name !== to.name) {
    return `T3: announced and not confirmed, yet ${from.name} leads to draining`;
  }
  if (
    from.name === 'halting.stopping' &&
    to.name === 'halting.halted' &&
    !/^runner gone|haltLimit/.test(input.name)
  ) {
    return `T17: ${input.name} lets the host go down before its runner`;
  }
  if (from.name === 'inService.cordoned.closed' && to.name.startsWith('inService.repairing')) {
    return `T8: ${input.name} leads out of the cordon before its runner has ended`;
  }
  if (from.name === 'launching.registering' && to.name === 'discovering' && input.name !== 'group(gone)') {
    return `6: ${input.name}, which comes with every look, cuts init short`;
  }
  if (/^inService\.retiring/.test(to.name) && !/^inService\.retiring/.test(from.name)) {
    const ripe =
      from.name === 'inService.idle' && /^timer .*idleThreshold|^group\(InService/.test(input.name);
    if (!ripe) return `4: ${input.name} leads from ${from.name} into retirement`;
  }
  for (const command of commands) {
    if (command.type !== 'recordHeartbeat') continue;
    const open = command.transition === 'launching' ? launchActionOpen(group) : terminateActionOpen(group);
    if (!open) return `2: a heartbeat for a ${command.transition} action that is not open`;
  }
  const answers = commands.some(({ type }) => type === 'completeLifecycleAction');
  return from.name === 'launching.joining' && answers && !launchActionOpen(group)
    ? '2: an action is answered that is not open'
    : null;
}
