import { playInit, playScaleUp, playUnreg } from '../plays.ts';
import { adjustProtection, cancelInFlight, lifecycle } from '../setup.ts';
import { cordoned } from './cordoned.ts';

const ask = {
  type: 'terminateInstance',
  // Where the group holds more than it desires, lowering the desired capacity would take a second instance.
  params: ({
    context,
  }: {
    context: { group: { activeInstances: number; desiredCapacity: number } | null };
  }) => ({
    decrement: context.group === null || context.group.activeInstances <= context.group.desiredCapacity,
  }),
} as const;

/** Serving jobs. Nothing here ends a job: the worst that happens is that intake stops. */
export const inService = lifecycle.createStateConfig({
  initial: 'unknown',
  entry: ['resetAttempts', 'resetScaleUps', 'noteNoSample', adjustProtection],
  // Announced again in another time of service, it is a new one: its timer ends with this one.
  exit: ['stopMaintenanceTimer', 'forgetMaintenance'],
  on: {
    'runner.process': [{ guard: 'runnerGone', target: '.repairing' }],
    'runner.rejected': { target: '.repairing' },
    'runner.unreadable': { target: '.unknown' },
    'rebalance.noticed': [{ guard: 'newRebalance', actions: ['noteRebalance'] }, {}],
    'maintenance.noticed': [
      { guard: 'newMaintenance', actions: ['noteMaintenance', 'startMaintenanceTimer'] },
      {},
    ],
    'maintenance.due': { target: '.cordoned' },
    'maintenance.cleared': {
      guard: 'ourMaintenance',
      actions: ['forgetMaintenance', 'stopMaintenanceTimer'],
    },
    'protection.failed': { actions: ['noteProtectionUnknown'] },
  },
  states: {
    unknown: {
      entry: ['noteNoSample'],
      on: {
        'runner.sampled': [
          { guard: 'sampleSaturated', target: 'saturated', actions: ['noteSample', 'resetScaleUps'] },
          { guard: 'sampleIdle', target: 'idle', actions: ['noteSample'] },
          { target: 'available', actions: ['noteSample'] },
        ],
        'runner.unreadable': {},
      },
    },
    available: {
      entry: ['resetScaleUps', adjustProtection],
      on: {
        'runner.sampled': [
          { guard: 'sampleSaturated', target: 'saturated', actions: ['noteSample'] },
          { guard: 'sampleIdle', target: 'idle', actions: ['noteSample'] },
          { actions: ['noteSample'] },
        ],
      },
    },
    saturated: {
      initial: 'awaitingSlack',
      entry: [adjustProtection],
      // The saturation stands, so that it is counted as one; but what is not read asks for nothing.
      on: { 'runner.unreadable': { actions: ['noteNoSample'] } },
      states: {
        scalingUp: {
          entry: [...playScaleUp],
          on: {
            'playbook.succeeded': {
              guard: 'currentOperation',
              target: 'awaitingSlack',
              actions: ['endOperation', 'resetAttempts', 'countScaleUp', 'observeGroup'],
            },
            // The increase may have taken effect: look at the group before asking again.
            'playbook.failed': {
              guard: 'currentOperation',
              target: 'awaitingSlack',
              actions: ['endOperation', 'countScaleUp', 'countAttempt', 'observeGroup'],
            },
            'runner.sampled': { actions: ['noteSample'] },
            'runner.process': {},
          },
        },
        awaitingSlack: {
          entry: ['noteScaleBlocked'],
          always: { guard: 'canScaleUp', target: 'scalingUp' },
          after: {
            retryDelay: { guard: 'increaseWasLost', actions: ['allowScaleUpAgain'] },
          },
          on: {
            'runner.sampled': [
              { guard: 'sampleSaturated', actions: ['noteSample'] },
              {
                guard: 'sampleIdle',
                target: '#lifecycle.inService.idle',
                actions: ['noteSample', 'resetScaleUps'],
              },
              { target: '#lifecycle.inService.available', actions: ['noteSample', 'resetScaleUps'] },
            ],
          },
        },
      },
    },
    idle: {
      entry: ['unripen', 'resetScaleUps', adjustProtection],
      after: {
        idleThreshold: [{ guard: 'canRetire', target: 'retiring' }, { actions: ['ripen'] }],
      },
      on: {
        'runner.sampled': [
          { guard: 'sampleSaturated', target: 'saturated', actions: ['noteSample'] },
          { guard: 'sampleBusy', target: 'available', actions: ['noteSample'] },
          { actions: ['noteSample'] },
        ],
        'group.observed': [
          { guard: 'seesLeaving', target: '#lifecycle.terminating.draining', actions: ['noteGroup'] },
          { guard: 'ripeAndCanRetire', target: 'retiring', actions: ['noteGroup'] },
          { guard: 'seesInService', actions: ['noteGroup'] },
        ],
      },
    },
    retiring: {
      initial: 'checking',
      tags: ['watchGroup'],
      on: {
        'termination.accepted': { actions: ['observeGroup'] },
      },
      states: {
        // Once more, against the group as it is now.
        checking: {
          entry: ['observeGroup'],
          after: { recheck: { target: '#lifecycle.inService.idle' } },
          on: {
            'group.observed': [
              { guard: 'seesLeaving', target: '#lifecycle.terminating.draining', actions: ['noteGroup'] },
              { guard: 'seesInService', target: 'judging', actions: ['noteGroup'] },
            ],
            'runner.sampled': [
              { guard: 'sampleBusy', target: '#lifecycle.inService.available', actions: ['noteSample'] },
              { actions: ['noteSample'] },
            ],
          },
        },
        judging: {
          always: [
            { guard: 'mayAskWithHook', target: 'asking' },
            { guard: 'canRetire', target: 'stopping' },
            { target: '#lifecycle.inService.idle' },
          ],
        },
        // No terminate hook: the runner goes first, and a job that came late ends before anything is asked.
        stopping: {
          entry: [
            { type: 'noteAnswer', params: { transition: 'terminating', result: 'CONTINUE' } },
            'stopIntake',
            ...playUnreg,
          ],
          on: {
            'playbook.succeeded': {
              guard: 'currentOperation',
              target: 'asking',
              actions: ['endOperation', 'resetAttempts'],
            },
            'playbook.failed': [
              { guard: 'mayRetryUnreg', actions: ['countAttempt', ...playUnreg] },
              {
                guard: 'currentOperation',
                target: '#lifecycle.inService.repairing',
                actions: ['endOperation'],
              },
            ],
            'runner.process': {},
            'runner.unreadable': {},
            'runner.rejected': {},
          },
        },
        asking: {
          entry: [ask],
          after: { recheck: { target: 'unanswered' } },
          on: {
            'termination.refused': { target: 'unanswered' },
            'runner.process': {},
            'runner.unreadable': {},
            'runner.rejected': {},
          },
        },
        // Readings were passed over meanwhile: what the runner does is to be seen anew.
        unanswered: {
          always: [
            { guard: 'hasTerminateHook', target: '#lifecycle.inService.unknown' },
            { target: '#lifecycle.inService.repairing' },
          ],
        },
      },
    },
    cordoned,
    repairing: {
      initial: 'working',
      entry: [cancelInFlight, 'resetAttempts', 'noteNoSample'],
      on: { 'runner.process': {}, 'runner.unreadable': {}, 'runner.rejected': {} },
      states: {
        working: {
          entry: [...playInit],
          on: {
            'playbook.succeeded': {
              guard: 'currentOperation',
              target: '#lifecycle.inService.unknown',
              actions: ['endOperation', 'resetAttempts'],
            },
            'playbook.failed': [
              { guard: 'mayRetryRepair', target: 'waiting', actions: ['endOperation', 'countFailure'] },
              { guard: 'currentOperation', target: 'givenUp', actions: ['endOperation'] },
            ],
          },
        },
        waiting: { after: { retryDelay: { target: 'working' } } },
        // The group replaces an unhealthy instance; until then ask again.
        givenUp: {
          entry: ['markUnhealthy'],
          after: { recheck: { target: 'givenUp', reenter: true } },
          on: { 'runner.process': [{ guard: 'runnerBack', target: '#lifecycle.inService.unknown' }] },
        },
      },
    },
  },
});
