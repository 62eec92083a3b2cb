import { initialContext } from './context.ts';
import { lifecycle } from './setup.ts';
import { goDown, halting } from './states/halting.ts';
import { inService } from './states/in-service.ts';
import { launching } from './states/launching.ts';
import { discovering, retained, standby, unmanaged, warmed } from './states/outside.ts';
import { terminating } from './states/terminating.ts';

/**
 * The lifecycle of one instance: pure, without I/O, clock or invocations. `transition()` gives the next snapshot and
 * the commands; the engine writes both down before anything is carried out. Raise `recordVersion` (engine/record.ts)
 * when a state or a context member changes its meaning.
 */
export const lifecycleMachine = lifecycle.createMachine({
  id: 'lifecycle',
  initial: 'discovering',
  context: ({ input }) => initialContext(input?.policy, input?.operations),
  // What holds wherever no state says otherwise.
  on: {
    'group.observed': [
      { guard: 'seesRetained', target: '.retained', actions: ['noteGroup'] },
      { guard: 'seesLeaving', target: '.terminating.draining', actions: ['noteGroup'] },
      // Back to the warm pool, past every state in between: what serves has to go first.
      {
        guard: 'seesPooled',
        target: '.terminating.draining',
        actions: ['noteGroup', 'forgetAnswers'],
      },
      { guard: 'seesStandby', target: '.standby', actions: ['noteGroup'] },
      { guard: 'announcedTerminatedAndGone', target: '.terminating.draining', actions: ['noteGroup'] },
      { guard: 'seesNoGroup', target: '.unmanaged', actions: ['noteGroup'] },
      { actions: ['noteGroup'] },
    ],
    'target.observed': [
      { guard: 'targetTerminated', target: '.terminating.confirming', actions: ['noteTarget'] },
      { guard: 'targetChanged', actions: ['noteTarget', 'observeGroup'] },
      {},
    ],
    'interruption.noticed': { target: '.terminating.draining', actions: ['noteInterruption'] },
    'lifecycleAction.completed': { actions: ['noteActionDone'] },
    'host.stopping': goDown,
    'lifecycleAction.failed': { actions: ['noteUnanswered'] },
  },
  states: {
    discovering,
    unmanaged,
    launching,
    warmed,
    inService,
    terminating,
    halting,
    standby,
    retained,
    released: { type: 'final' },
  },
});

export type LifecycleMachine = typeof lifecycleMachine;
