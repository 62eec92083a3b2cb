import { answerAction, playInit, playUnreg } from '../plays.ts';
import {
  answerIfOwed,
  beginHeartbeats,
  cancelInFlight,
  heartbeatDue,
  lifecycle,
  noteGroupAndPace,
  protectBeforeServing,
} from '../setup.ts';
import { goDownInLaunch, hastenWithHost } from './halting.ts';

/** What abandoning begins with: nothing half-made stays registered. */
const abandon = [
  cancelInFlight,
  'resetAttempts',
  { type: 'noteAnswer', params: { transition: 'launching', result: 'ABANDON' } },
  'setDeadline',
  'startDeadline',
  'stopIntake',
  ...playUnreg,
] as const;

/** From the first look until the group says InService. */
export const launching = lifecycle.createStateConfig({
  initial: 'registering',
  tags: ['watchGroup'],
  entry: [
    'resetAttempts',
    { type: 'noteAnswer', params: { transition: 'launching', result: 'CONTINUE' } },
    ...beginHeartbeats,
  ],
  exit: ['stopHeartbeat'],
  after: {
    launchLimit: {
      target: '.abandoning',
      actions: [{ type: 'noteReason', params: { reason: 'launching took too long' } }, ...abandon],
    },
  },
  on: {
    'heartbeat.due': heartbeatDue,
    'heartbeat.refused': { actions: ['observeGroup'] },
    'interruption.noticed': {
      target: '.abandoning',
      actions: ['noteInterruption', ...abandon],
    },
    'host.stopping': [...goDownInLaunch],
  },
  states: {
    registering: {
      entry: [protectBeforeServing, ...playInit],
      on: {
        'playbook.succeeded': {
          guard: 'currentOperation',
          target: 'joining',
          actions: ['endOperation', 'resetAttempts'],
        },
        'playbook.failed': [
          { guard: 'mayRetryInit', target: 'retrying', actions: ['endOperation', 'countAttempt'] },
          {
            guard: 'currentOperation',
            target: 'abandoning',
            actions: [
              'endOperation',
              { type: 'noteReason', params: { reason: 'init failed too often' } },
              ...abandon,
            ],
          },
        ],
        // Announced, not confirmed: the play may go on for the moment that the API needs.
        'target.observed': [
          {
            guard: 'targetTerminated',
            target: '#lifecycle.terminating.confirming',
            actions: ['noteTarget', cancelInFlight],
          },
          { guard: 'targetChanged', actions: ['noteTarget', 'observeGroup'] },
          {},
        ],
        'group.observed': [
          {
            guard: 'seesLeaving',
            target: '#lifecycle.terminating.draining',
            actions: ['noteGroup', cancelInFlight],
          },
          { guard: 'seesGone', target: '#lifecycle.discovering', actions: ['noteGroup', cancelInFlight] },
          { actions: [noteGroupAndPace] },
        ],
      },
    },
    joining: {
      entry: ['observeGroup'],
      after: {
        recheck: [
          // The play said that the action was answered, yet it is open: answer again.
          {
            guard: 'launchActionOpenAgain',
            target: 'joining',
            reenter: true,
            actions: ['noteAnswered', answerAction],
          },
          { target: 'joining', reenter: true },
        ],
      },
      on: {
        // No sooner than here may the spot notice mean an ordinary drain: the runner serves.
        'interruption.noticed': {
          target: '#lifecycle.terminating.draining',
          actions: ['noteInterruption'],
        },
        'group.observed': [
          { guard: 'seesInService', target: '#lifecycle.inService', actions: ['noteGroup'] },
          { guard: 'seesPending', actions: ['noteGroup'] },
        ],
      },
    },
    retrying: {
      after: { retryDelay: { target: 'registering' } },
    },
    abandoning: {
      initial: 'unregistering',
      on: {
        'deadline.reached': { target: '#lifecycle.terminating.forcing' },
        'interruption.noticed': [
          { guard: 'earlierDeadline', actions: ['noteInterruption', 'setDeadline', 'startDeadline'] },
          {},
        ],
        'target.observed': {},
        'group.observed': { actions: [noteGroupAndPace] },
        'host.stopping': { actions: [...hastenWithHost] },
      },
      states: {
        unregistering: {
          on: {
            'playbook.succeeded': {
              guard: 'currentOperation',
              target: '#lifecycle.terminating.releasing',
              actions: ['endOperation'],
            },
            'playbook.failed': [
              { guard: 'mayRetryUnreg', target: 'retrying', actions: ['endOperation', 'countFailure'] },
              {
                guard: 'currentOperation',
                target: '#lifecycle.terminating.releasing',
                actions: ['endOperation', answerIfOwed],
              },
            ],
          },
        },
        retrying: {
          after: { retryDelay: { target: 'unregistering', actions: [...playUnreg] } },
          on: {
            'deadline.reached': { target: '#lifecycle.terminating.forcing', actions: [...playUnreg] },
            'host.stopping': { target: 'unregistering', actions: [...hastenWithHost, ...playUnreg] },
          },
        },
      },
    },
  },
});
