import {
  launchActionOpen,
  terminateActionOpen,
  whyNotRetire,
  whyNotScaleUp,
} from '../../src/lifecycle/group.ts';
import { type Edge, pathTo } from './explore.ts';
import { openIn } from './ghost.ts';
import { kindOf } from './projection.ts';
import { confirmsAmiss, entersForNothing, goesAstray, lookLeadsElsewhere } from './reasons.ts';
import { servesAmiss } from './serving-reasons.ts';

/** What is broken, by the design's number of the invariant, and the shortest way there. */
export interface Violation {
  what: string;
  witness: string;
}

const LEAVES = /^terminating|^launching\.abandoning|^retained$|^released$|^discovering$|^halting/;
const INTAKE_OFF = /^terminating\.(draining|retrying|forcing)|^launching\.abandoning|^inService\.cordoned/;

/** What one step may never do: each gives the words for it, or null. */
const steps: Array<(edge: Edge) => string | null | false> = [
  ({ commands, from, to }) =>
    commands.some(
      (one) =>
        one.type === 'completeLifecycleAction' && one.transition === 'launching' && one.result === 'CONTINUE',
    ) &&
    from.name !== 'warmed' &&
    !to.ghost.proved &&
    '1: CONTINUE at launch before init has proved the runner',

  ({ from, commands }) => {
    for (const command of commands) {
      const answered =
        command.type === 'completeLifecycleAction' ||
        ((command.type === 'playInit' || command.type === 'playUnreg') && command.completeHook);
      if (!answered) continue;
      const transition = command.type === 'playInit' ? 'launching' : command.transition;
      // In `joining` the group itself says that the action is still open, whatever the play has said.
      if (from.ghost.done[transition] && from.name !== 'launching.joining' && from.name !== 'warmed') {
        return `2: the ${transition} action is completed a second time by ${command.type} in ${from.name}`;
      }
    }
    return null;
  },
  ({ from, to, input, commands }) => {
    if (to.name !== 'terminating.releasing' || from.name !== to.name) return null;
    const open = openIn(input.event);
    for (const transition of ['terminating', 'launching'] as const) {
      const { asked, done } = from.ghost;
      if (!open[transition] || done[transition] || asked[transition]) continue;
      const answer = commands.find((one) => one.type === 'completeLifecycleAction');
      const right = transition === 'terminating' ? 'CONTINUE' : 'ABANDON';
      if (answer?.transition !== transition || answer.result !== right) {
        return `2: an open ${transition} action is not answered with ${right} in ${to.name}`;
      }
    }
    return null;
  },

  ({ from, to }) =>
    from.ghost.confirmed &&
    to.name.startsWith('inService') &&
    '3: back in service after a confirmed termination',
  ({ input, to }) =>
    /^group\(Terminating:(Wait|Proceed)/.test(input.name) &&
    !LEAVES.test(to.name) &&
    `3: the group says ${input.name}, and the machine is ${to.name}`,
  ({ input, to }) =>
    /interruption$/.test(input.name) &&
    !LEAVES.test(to.name) &&
    `3: an interruption is ignored in ${to.name}`,
  ({ input, from, to }) =>
    input.name === 'target(Terminated)' &&
    !LEAVES.test(to.name) &&
    `3: the announced termination is ignored in ${from.name}`,

  ({ commands, to }) =>
    commands.some(({ type }) => type === 'forceStop') &&
    !/^terminating\.forcing|^halting/.test(to.name) &&
    `4: jobs are ended by force in ${to.name}`,
  ({ from, to, input }) =>
    to.name === 'terminating.forcing' &&
    from.name !== to.name &&
    !/^timer deadline$|^heartbeat refused \(terminating\)$/.test(input.name) &&
    `4: force without a deadline: ${input.name} in ${from.name}`,
  ({ from, to, input }) =>
    to.name === 'halting.forcing' &&
    from.name !== to.name &&
    input.name !== 'timer deadline' &&
    `4: force before the shutdown limit: ${input.name} in ${from.name}`,
  ({ to }) => INTAKE_OFF.test(to.name) && !to.ghost.intakeOff && `4: the intake is still on in ${to.name}`,
  ({ commands, to }) =>
    commands.some(({ type }) => type === 'stopIntake') &&
    !/^terminating|^launching\.abandoning|^inService\.(cordoned|retiring\.stopping)|^halting/.test(to.name) &&
    `4: the intake goes off in ${to.name}`,

  ({ commands, from, to }) =>
    commands.some(({ type }) => type === 'playScaleUp') &&
    to.ghost.reading !== 'saturated' &&
    `5: an increase on a reading that is ${from.ghost.reading}`,
  ({ to }) =>
    to.name === 'inService.saturated.awaitingSlack' &&
    to.ghost.reading === 'saturated' &&
    to.snapshot.context.scaleUps === 0 &&
    whyNotScaleUp(to.snapshot.context.group) === null &&
    '5: saturated, with room in the group, and no increase is asked for',
  ({ commands, from, to }) =>
    commands.some(({ type }) => type === 'terminateInstance') &&
    // Without a terminate hook the runner is gone by then: nothing is left to read.
    (from.hooks ? from.ghost.reading !== 'idle' : !from.ghost.intakeOff) &&
    `5: retirement on a reading that is ${from.ghost.reading}, in ${to.name}`,

  ({ to }) => (new Set(to.ghost.plays).size > 1 ? `7: two playbooks at once in ${to.name}` : null),
  ({ to }) => {
    const { operation } = to.snapshot.context;
    if (operation !== null && !to.ghost.plays.includes(operation))
      return `7: ${to.name} waits for a play that is not there`;
    return operation === null && to.ghost.plays.length > 0 && `7: a play that nobody waits for in ${to.name}`;
  },
  ({ to }) =>
    /^terminating/.test(to.name) &&
    to.ghost.plays.some((play) => kindOf(play) !== 'unreg') &&
    `7: ${to.ghost.plays.join()} goes on in ${to.name}`,

  ({ commands, to }) =>
    to.name.startsWith('halting') &&
    to.snapshot.context.halt === 'reboot' &&
    commands.some(({ type }) => type === 'playUnreg') &&
    'T17: unregistered before a reboot',
  lacksTimer,
  entersForNothing,
  lookLeadsElsewhere,
  goesAstray,
  confirmsAmiss,
  servesAmiss,
  leavesOpen,
  ({ to }) => {
    const timer = to.timers.get('deadline');
    const { deadline } = to.snapshot.context;
    if (timer === undefined || !DEADLINE.test(to.name)) return null;
    return timer.at !== deadline && `6: the deadline of ${to.name} is another than its timer's`;
  },

  ({ commands, from, to }) => {
    if (!commands.some(({ type }) => type === 'playScaleUp')) return null;
    const why = whyNotScaleUp(to.snapshot.context.group);
    if (why !== null) return `11: an increase although ${why}`;
    return from.ghost.raised === 'yes' && '11: a second increase in one saturation';
  },
  ({ commands, to }) => {
    // Without a terminate hook the runner is gone when the group is asked: if it refuses, init is played again.
    if (!to.hooks || !commands.some(({ type }) => type === 'terminateInstance')) return null;
    const { paused, group } = to.snapshot.context;
    const why = paused ? 'the runner is paused' : whyNotRetire(group);
    return why !== null && `11: retirement although ${why}`;
  },

  protects,
  ({ to }) =>
    to.ghost.maintenance &&
    /^inService\.(unknown|available|saturated|idle|retiring)/.test(to.name) &&
    !to.timers.has('maintenance') &&
    `T8: the maintenance is forgotten in ${to.name}`,
  // What a person is told: a rebalance is advice, a maintenance comes.
  ({ input, to }) =>
    to.ghost.maintenance &&
    to.snapshot.context.notice !== 'maintenance' &&
    `T8: ${input.name} hides the maintenance in ${to.name}`,
];

/** What waits in a state, by its timer: for as long as the state lasts, or from its beginning until it has passed. */
const TIMERS: Array<{ state: RegExp; timer: RegExp; once?: true }> = [
  { state: /^(discovering|unmanaged|warmed|standby|retained)$/, timer: /recheck/ },
  { state: /^launching\.(registering|joining|retrying)/, timer: /launchLimit/ },
  { state: /^launching|^terminating\.(draining|retrying)/, timer: /^heartbeat$/ },
  { state: /^launching\.abandoning|^terminating\.(draining|retrying)/, timer: /^deadline$/ },
  { state: /joining|confirming|releasing|cordoned|checking|asking|givenUp|halted/, timer: /recheck/ },
  { state: /retrying$|waiting$/, timer: /retryDelay/ },
  { state: /awaitingSlack$/, timer: /retryDelay/, once: true },
  { state: /idle$/, timer: /idleThreshold/, once: true },
  { state: /forcing$/, timer: /forceLimit/, once: true },
  { state: /^halting\.(?!halted)/, timer: /haltLimit/ },
  { state: /^halting\.(?!halted)/, timer: /^heartbeat$/ },
  { state: /^halting\.(stopping|unregistering)/, timer: /^deadline$/ },
];
const DEADLINE =
  /^launching\.abandoning|^terminating\.(draining|retrying)|^halting\.(stopping|unregistering)/;

function lacksTimer({ from, to }: Edge): string | null {
  for (const { state, timer, once } of TIMERS) {
    if (!state.test(to.name) || (once && from.name === to.name)) continue;
    if (![...to.timers.keys()].some((id) => timer.test(id)))
      return `6: ${to.name} has no timer ${timer.source}`;
  }
  return null;
}

/** A host that goes down in good order answers what is open; a launch that a reboot cuts off begins again. */
function leavesOpen({ from, input, to }: Edge): string | null {
  if (!/^halting\.(stopping|unregistering|forcing)/.test(from.name) || to.name !== 'halting.halted')
    return null;
  if (/haltLimit/.test(input.name)) return null;
  const { group, halt } = to.snapshot.context;
  const { asked, done } = to.ghost;
  const open = {
    terminating: terminateActionOpen(group),
    launching: halt === 'poweroff' && launchActionOpen(group),
  };
  for (const transition of ['terminating', 'launching'] as const) {
    if (open[transition] && !done[transition] && !asked[transition])
      return `2: ${from.name} leaves the ${transition} action open`;
  }
  return null;
}

/** Scale-in protection: while jobs run, and without a terminate hook all the time in service. */
function protects({ to }: Edge): string | null | false {
  const { protection } = to.ghost;
  if (!to.hooks)
    return to.name.startsWith('inService') && protection === false && `4: unprotected in ${to.name}`;
  if (/^inService\.(available|saturated)/.test(to.name))
    return protection === false && `4: busy and unprotected in ${to.name}`;
  return to.name === 'inService.idle' && protection === true && '4: idle, and still protected';
}

/** Collects the first witness of each thing that a step does wrong. */
export function collectStepViolations(found: Map<string, Violation>): (edge: Edge) => void {
  return (edge) => {
    for (const check of steps) {
      const what = check(edge);
      if (typeof what === 'string' && !found.has(what)) found.set(what, { what, witness: witnessOf(edge) });
    }
  };
}

const witnessOf = ({ from, input, to }: Edge): string =>
  `${pathTo({ ...to, parent: from, via: input.name })}`;
