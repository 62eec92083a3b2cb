import { cancelInFlight, lifecycle } from '../setup.ts';

/** Before a maintenance the runner takes no new job; it stays registered. */
export const cordoned = lifecycle.createStateConfig({
  initial: 'closed',
  entry: [cancelInFlight, 'stopIntake'],
  on: {
    'runner.process': {},
    'runner.unreadable': {},
    'runner.rejected': {},
    'runner.sampled': { actions: ['noteSample'] },
  },
  states: {
    closed: {
      after: { recheck: { target: 'closed', reenter: true, actions: ['observeGroup'] } },
      on: {
        'maintenance.cleared': {
          guard: 'ourMaintenance',
          target: 'reopening',
          actions: ['forgetMaintenance'],
        },
      },
    },
    // A runner that was told to stop cannot be told to go on: it ends with its last job, and starts again.
    reopening: {
      after: { recheck: { target: 'reopening', reenter: true, actions: ['observeGroup'] } },
      on: { 'runner.process': [{ guard: 'runnerGone', target: '#lifecycle.inService.repairing' }, {}] },
    },
  },
});
