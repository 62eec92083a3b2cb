import type { Step } from '../../src/engine/step.ts';
import type { HookTransition, LifecycleInput } from '../../src/lifecycle/events.ts';
import { launchActionOpen, terminateActionOpen } from '../../src/lifecycle/group.ts';

type PerAction = Record<HookTransition, boolean>;

/** What the explorer remembers beside the machine, to check what the machine itself does not say. */
export interface Ghost {
  /** Operations started and neither ended nor cancelled. */
  plays: readonly string[];
  /** The lifecycle action that the play in flight completes at its end. */
  playCompletes: HookTransition | null;
  /** The termination is confirmed: the machine has begun to carry it out. */
  confirmed: boolean;
  /** The group has let the instance into service, or ends it: it shows no more of the launch. */
  launched: boolean;
  /** A completion is under way; a completion has succeeded. */
  asked: PerAction;
  done: PerAction;
  /** An init play has succeeded: the runner has proved itself. */
  proved: boolean;
  /** The intake is off, and nothing has put it on again. */
  intakeOff: boolean;
  /** The last reading of the runner; unread: none, or one that is no longer believed. */
  reading: 'unread' | 'idle' | 'busy' | 'saturated';
  /** How the increase of the present saturation stands. */
  raised: 'no' | 'yes' | 'failed';
  /** Scale-in protection, as last asked for. */
  protection: boolean | 'unknown';
  /** A maintenance stands: noticed and not over. */
  maintenance: boolean;
}

export const firstGhost: Ghost = {
  plays: [],
  playCompletes: null,
  confirmed: false,
  launched: false,
  asked: { launching: false, terminating: false },
  done: { launching: false, terminating: false },
  proved: false,
  intakeOff: false,
  reading: 'unread',
  raised: 'no',
  protection: 'unknown',
  maintenance: false,
};

const CONFIRMED = /^terminating\.(draining|forcing|retrying|releasing)/;

/** The ghost after one step: first what happened, then what was asked for. */
export function ghostAfter(
  before: Ghost,
  input: LifecycleInput | { type: string },
  current: string | null,
  next: Step,
  { from, to }: { from: string; to: string },
): Ghost {
  const ghost: Ghost = { ...before, asked: { ...before.asked }, done: { ...before.done } };
  hear(ghost, input as LifecycleInput, current);
  // Out of the pool, and out of these, the instance launches once more: another action, another proof.
  if ((from === 'warmed' && to.startsWith('launching')) || to === 'standby' || to === 'unmanaged') {
    ghost.done.launching = false;
    ghost.asked.launching = false;
    ghost.proved = false;
  }
  // On the way into the pool the launch hook opens another action than the one of the launch.
  const seen = (input as { group?: { lifecycleState: string } | null }).group?.lifecycleState;
  if (seen?.startsWith('Warmed:') && !from.startsWith('terminating') && to === 'terminating.draining') {
    ghost.done.launching = false;
    ghost.asked.launching = false;
  }
  // A look in which an answered action is open puts the answer in doubt.
  if (from === 'terminating.releasing' && openIn(input).terminating && before.done.terminating)
    ghost.done.terminating = false;
  for (const command of next.commands) obey(ghost, command);
  if (to === 'retained' || to === 'released') ghost.asked = { launching: false, terminating: false };
  // A host that was to go down and goes on looks anew, as after a boot.
  if (from === 'halting.halted' && to === 'discovering') Object.assign(ghost, firstGhost);
  if (CONFIRMED.test(to)) ghost.confirmed = true;
  // What no later check asks for is forgotten, or each of its values would be a state of its own.
  if (!to.startsWith('launching')) ghost.proved = false;
  if (!/^terminating|abandoning|cordoned|stopping|^halting/.test(to)) ghost.intakeOff = false;
  if (to.startsWith('inService')) {
    // The launch is over: what was asked has happened.
    ghost.done.launching ||= ghost.asked.launching;
    ghost.asked = { launching: false, terminating: false };
  } else {
    ghost.maintenance = false;
  }
  const group = (input as { group?: { lifecycleState: string } | null }).group;
  if (to.startsWith('inService') || group?.lifecycleState.startsWith('Terminating')) ghost.launched = true;
  else if (/^standby|^unmanaged|^warmed/.test(to)) ghost.launched = false;
  if (!/^inService\.(saturated|available|idle|retiring)/.test(to)) {
    ghost.reading = 'unread';
    ghost.raised = 'no';
  }
  return ghost;
}

function hear(ghost: Ghost, event: LifecycleInput, current: string | null): void {
  switch (event.type) {
    case 'playbook.succeeded':
    case 'playbook.failed':
      if (event.operation !== current) return;
      if (event.facts.lifecycleAction === 'completed' && ghost.playCompletes !== null)
        ghost.done[ghost.playCompletes] = true;
      if (event.type === 'playbook.succeeded' && current.startsWith('init')) ghost.proved = true;
      if (event.type === 'playbook.failed' && ghost.raised === 'yes') ghost.raised = 'failed';
      ghost.plays = ghost.plays.filter((operation) => operation !== current);
      ghost.playCompletes = null;
      return;
    case 'lifecycleAction.completed':
      ghost.asked[event.transition] = false;
      ghost.done[event.transition] = true;
      return;
    case 'lifecycleAction.failed':
      ghost.asked[event.transition] = false;
      return;
    case 'runner.sampled':
      ghost.reading =
        event.running >= event.limit ? 'saturated' : event.running === 0 && !event.paused ? 'idle' : 'busy';
      if (ghost.reading !== 'saturated') ghost.raised = 'no';
      return;
    case 'runner.unreadable':
      ghost.reading = 'unread';
      return;
    case 'maintenance.noticed':
      ghost.maintenance = true;
      return;
    case 'maintenance.cleared':
      // The explorer knows of one, and of the end of another.
      if (event.id === 'm1') ghost.maintenance = false;
      return;
    case 'protection.failed':
      ghost.protection = 'unknown';
  }
}

function obey(ghost: Ghost, command: Step['commands'][number]): void {
  switch (command.type) {
    case 'cancelPlaybook':
      ghost.plays = ghost.plays.filter((operation) => operation !== command.operation);
      ghost.playCompletes = null;
      return;
    case 'playInit':
      ghost.plays = [...ghost.plays, command.operation];
      ghost.playCompletes = command.completeHook ? 'launching' : null;
      ghost.intakeOff = false;
      return;
    case 'playUnreg':
      ghost.plays = [...ghost.plays, command.operation];
      ghost.playCompletes = command.completeHook ? command.transition : null;
      return;
    case 'playScaleUp':
      ghost.plays = [...ghost.plays, command.operation];
      ghost.playCompletes = null;
      ghost.raised = 'yes';
      return;
    case 'completeLifecycleAction':
      ghost.asked[command.transition] = true;
      return;
    case 'stopIntake':
      ghost.intakeOff = true;
      return;
    case 'setProtection':
      ghost.protection = command.protected;
  }
}

/** What a view says of the actions that are ours. */
export const openIn = (event: { type: string }): PerAction => {
  const input = event as LifecycleInput;
  const group = input.type === 'group.observed' || input.type === 'discovered' ? input.group : null;
  return { launching: launchActionOpen(group), terminating: terminateActionOpen(group) };
};
