import { answerAction, playUnreg } from '../plays.ts';
import {
  answerIfOwed,
  cancelInFlight,
  heartbeatDue,
  lifecycle,
  noteGroupAndPace,
  signOfLife,
} from '../setup.ts';
import { goDown, hastenWithHost, sigkill, sigterm } from './halting.ts';

/** Both for a notice seen here first and for one that was: only an earlier deadline changes anything. */
const moveDeadline = [
  { guard: 'earlierDeadline', actions: ['noteInterruption', 'setDeadline', 'startDeadline'] },
  {},
] as const;

/** Announced or begun: the instance leaves, and nothing leads back into service once that is confirmed. */
export const terminating = lifecycle.createStateConfig({
  initial: 'confirming',
  tags: ['watchGroup'],
  entry: ['resetAttempts'],
  exit: ['stopHeartbeat', 'stopDeadline'],
  on: {
    'target.observed': { actions: ['noteTarget'] },
    'group.observed': [
      // It proceeds and nobody of ours has answered: EC2 stops the machine at any moment.
      {
        guard: 'actionExpired',
        actions: [
          noteGroupAndPace,
          { type: 'noteReason', params: { reason: 'the lifecycle action is gone' } },
          'hastenDeadline',
          'stopDeadline',
          'startDeadline',
        ],
      },
      { actions: [noteGroupAndPace] },
    ],
    'interruption.noticed': [...moveDeadline],
    'rebalance.noticed': {},
    'heartbeat.due': heartbeatDue,
    'host.stopping': { actions: [...hastenWithHost] },
  },
  states: {
    confirming: {
      entry: [cancelInFlight, 'observeGroup'],
      after: { recheck: { target: 'confirming', reenter: true } },
      on: {
        'group.observed': [
          { guard: 'seesLeaving', target: 'draining', actions: ['noteGroup'] },
          { guard: 'seesGone', target: 'draining', actions: ['noteGroup'] },
          { actions: ['noteGroup'] },
        ],
        'group.unreachable': { guard: 'apiSilentTooLong', target: 'draining' },
        'interruption.noticed': { target: 'draining', actions: ['noteInterruption'] },
        'target.observed': [
          { guard: 'targetTerminated' },
          // Taken back before anything was done.
          { target: '#lifecycle.discovering', actions: ['noteTarget'] },
        ],
        'host.stopping': goDown,
      },
    },
    draining: {
      // Entered again after each retry: a deadline that is set only moves up, and every command is idempotent.
      entry: [
        { type: 'noteAnswer', params: { transition: 'terminating', result: 'CONTINUE' } },
        'stopHeartbeat',
        'startHeartbeat',
        'setDeadline',
        'stopDeadline',
        'startDeadline',
        'stopIntake',
        cancelInFlight,
        ...playUnreg,
      ],
      on: {
        'playbook.succeeded': { guard: 'currentOperation', target: 'releasing', actions: ['endOperation'] },
        'playbook.failed': [
          { guard: 'mayRetryUnreg', target: 'retrying', actions: ['endOperation', 'countFailure'] },
          { guard: 'currentOperation', target: 'releasing', actions: ['endOperation', answerIfOwed] },
        ],
        'deadline.reached': { target: 'forcing' },
        'heartbeat.refused': {
          guard: 'heartbeatOfDrain',
          target: 'forcing',
          actions: [{ type: 'noteReason', params: { reason: 'the lifecycle action is gone' } }],
        },
      },
    },
    retrying: {
      // To begin anew sets back the timer of heartbeats: plays that end early must not starve the action.
      after: { retryDelay: { target: 'draining', actions: [signOfLife] } },
      on: {
        'deadline.reached': { target: 'forcing', actions: [...playUnreg] },
        'host.stopping': { target: 'draining', actions: [signOfLife, 'noteHalt', 'setHaltDeadline'] },
      },
    },
    forcing: {
      entry: [sigterm],
      after: { forceLimit: { actions: [sigkill] } },
      on: {
        'playbook.succeeded': { guard: 'currentOperation', target: 'releasing', actions: ['endOperation'] },
        'playbook.failed': [
          // However the play ended, it counts: what is killed each time must not hold the hook for ever.
          { guard: 'mayRetryInHaste', actions: ['endOperation', 'countAttempt', sigkill, ...playUnreg] },
          { guard: 'currentOperation', target: 'releasing', actions: ['endOperation', answerIfOwed] },
        ],
      },
    },
    releasing: {
      tags: ['halted'],
      entry: ['stopHeartbeat', 'stopDeadline', 'observeGroup'],
      after: {
        recheck: [
          {
            guard: 'launchedWithoutHook',
            target: 'releasing',
            reenter: true,
            actions: ['markUnhealthy'],
          },
          { target: 'releasing', reenter: true },
        ],
      },
      on: {
        'group.observed': [
          { guard: 'seesGone', target: '#lifecycle.released', actions: ['noteGroup'] },
          { guard: 'seesPooled', target: '#lifecycle.released', actions: ['noteGroup'] },
          { guard: 'seesRetained', target: '#lifecycle.retained', actions: ['noteGroup'] },
          {
            guard: 'seesTerminateActionOpen',
            actions: [
              'noteGroup',
              { type: 'noteAnswer', params: { transition: 'terminating', result: 'CONTINUE' } },
              'noteAnswered',
              answerAction,
            ],
          },
          // Answered, yet open: an older view, or another action (taken back into the pool, and ended there). The next
          // look tells.
          { guard: 'seesTerminateActionOpenAgain', actions: ['noteGroup', 'doubtTerminateAnswer'] },
          {
            guard: 'seesLaunchActionOpen',
            actions: [
              'noteGroup',
              { type: 'noteAnswer', params: { transition: 'launching', result: 'ABANDON' } },
              'noteAnswered',
              answerAction,
            ],
          },
          { actions: ['noteGroup'] },
        ],
        'heartbeat.due': {},
        'interruption.noticed': {},
        'host.stopping': { actions: ['noteHalt'] },
      },
    },
  },
});
