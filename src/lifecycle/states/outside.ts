import { answerAction } from '../plays.ts';
import { cancelInFlight, lifecycle, signOfLife } from '../setup.ts';

/** Looks once at everything, then goes where the instance really is. */
export const discovering = lifecycle.createStateConfig({
  tags: ['watchGroup'],
  entry: [cancelInFlight, 'discover'],
  after: { recheck: { target: 'discovering', reenter: true } },
  on: {
    discovered: [
      { guard: 'seesRetained', target: 'retained', actions: ['noteGroup', 'noteTarget'] },
      // Since when it waits nobody knows.
      {
        guard: 'seesLeaving',
        target: 'terminating.draining',
        actions: ['noteGroup', 'noteTarget', signOfLife],
      },
      { guard: 'seesStandby', target: 'standby', actions: ['noteGroup', 'noteTarget'] },
      { guard: 'seesPooled', target: 'warmed', actions: ['noteGroup', 'noteTarget'] },
      { guard: 'seesPending', target: 'launching', actions: ['noteGroup', 'noteTarget'] },
      { guard: 'seesInServiceWithRunner', target: 'inService', actions: ['noteGroup', 'noteTarget'] },
      { guard: 'seesInService', target: 'launching', actions: ['noteGroup', 'noteTarget'] },
      { target: 'unmanaged', actions: ['noteGroup', 'noteTarget'] },
    ],
    // The look itself answers; a target or a view seen meanwhile must not overtake it.
    'group.observed': {},
    'target.observed': {},
  },
});

/** In no group, or detached: what runs goes on, nothing scales. Attached again, it is launched once more. */
export const unmanaged = lifecycle.createStateConfig({
  tags: ['quiet'],
  entry: [cancelInFlight, 'forgetAnswers'],
  after: { recheck: { target: 'unmanaged', reenter: true, actions: ['observeGroup'] } },
  on: {
    'group.observed': [
      { guard: 'seesLeaving', target: 'terminating.draining', actions: ['noteGroup'] },
      { guard: 'seesPending', target: 'discovering', actions: ['noteGroup'] },
      { guard: 'seesInService', target: 'discovering', actions: ['noteGroup'] },
      { guard: 'seesPooled', target: 'discovering', actions: ['noteGroup'] },
      { actions: ['noteGroup'] },
    ],
  },
});

/** In the warm pool: prepared, never registered. */
export const warmed = lifecycle.createStateConfig({
  tags: ['quiet', 'watchGroup'],
  entry: [{ type: 'noteAnswer', params: { transition: 'launching', result: 'CONTINUE' } }, 'observeGroup'],
  after: { recheck: { target: 'warmed', reenter: true } },
  on: {
    'group.observed': [
      { guard: 'seesLaunchActionOpenInPool', actions: ['noteGroup', 'noteAnswered', answerAction] },
      // The second launch hook is another action than the one answered in the pool.
      { guard: 'seesPending', target: 'launching', actions: ['noteGroup', 'forgetAnswers'] },
      { guard: 'seesPooled', actions: ['noteGroup'] },
      { guard: 'seesInService', target: 'launching', actions: ['noteGroup', 'forgetAnswers'] },
    ],
    // Nothing runs and nothing is registered.
    'host.stopping': { target: 'halting.halted', actions: ['noteHalt'] },
  },
});

/** Standby: visible, quiet; jobs go on. It ends with a launch of its own, whose action is not one of before. */
export const standby = lifecycle.createStateConfig({
  tags: ['quiet'],
  entry: [cancelInFlight, 'forgetAnswers'],
  after: { recheck: { target: 'standby', reenter: true, actions: ['observeGroup'] } },
  on: {
    'group.observed': [
      { guard: 'seesInService', target: 'discovering', actions: ['noteGroup'] },
      { guard: 'seesPending', target: 'discovering', actions: ['noteGroup'] },
      { guard: 'seesStandby', actions: ['noteGroup'] },
    ],
  },
});

/** Kept by the group after its hooks: drained, waiting for an operator. */
export const retained = lifecycle.createStateConfig({
  tags: ['quiet', 'halted'],
  entry: [cancelInFlight],
  after: { recheck: { target: 'retained', reenter: true, actions: ['observeGroup'] } },
  on: {
    'group.observed': [
      { guard: 'seesGone', target: 'released', actions: ['noteGroup'] },
      { actions: ['noteGroup'] },
    ],
    'target.observed': {},
    'interruption.noticed': {},
    'host.stopping': { actions: ['noteHalt'] },
  },
});
