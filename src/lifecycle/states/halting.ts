import { answerAction, playUnreg } from '../plays.ts';
import { beginHeartbeats, cancelInFlight, heartbeatDue, lifecycle, noteGroupAndPace } from '../setup.ts';

export const sigterm = { type: 'forceStop', params: { signal: 'SIGTERM' } } as const;
export const sigkill = { type: 'forceStop', params: { signal: 'SIGKILL' } } as const;

const answersTermination = {
  type: 'noteAnswer',
  params: { transition: 'terminating', result: 'CONTINUE' },
} as const;
const abandonsLaunch = {
  type: 'noteAnswer',
  params: { transition: 'launching', result: 'ABANDON' },
} as const;

/** What `host.stopping` leads to wherever the instance is not leaving already. */
export const goDown = { target: '#lifecycle.halting', actions: ['noteHalt', answersTermination] } as const;

/** A launch that a poweroff cuts off is abandoned; after a reboot it begins again. */
export const goDownInLaunch = [
  { guard: 'powersOff', target: '#lifecycle.halting', actions: ['noteHalt', abandonsLaunch] },
  goDown,
] as const;

/** An instance that leaves anyway does the same, only sooner. */
export const hastenWithHost = ['noteHalt', 'setHaltDeadline', 'stopDeadline', 'startDeadline'] as const;

/** Without a play in flight (a reboot, or one that failed too often) only the runner is waited for. */
const afterRunner = {
  'runner.process': [{ guard: 'runnerGoneAndNothingPlays', target: 'leaving' }, {}],
} as const;

/** How each play that has ended is followed; its failure is tried again at once, for there is little time. */
const afterPlay = {
  ...afterRunner,
  'playbook.succeeded': { guard: 'currentOperation', target: 'leaving', actions: ['endOperation'] },
  'playbook.failed': [
    { guard: 'mayRetryInHaste', actions: ['endOperation', 'countAttempt', ...playUnreg] },
    { guard: 'currentOperation', actions: ['endOperation'] },
  ],
} as const;

/**
 * The host goes down: intake off, force at the shutdown limit, and before a poweroff the runner is unregistered. After
 * a reboot it serves again with the same registration. It ends in `halted` within the halt limit, whatever happens.
 */
export const halting = lifecycle.createStateConfig({
  initial: 'stopping',
  tags: ['watchGroup'],
  entry: [cancelInFlight, 'resetAttempts'],
  exit: ['stopHeartbeat', 'stopDeadline'],
  after: { haltLimit: { target: '.halted', actions: [cancelInFlight, sigkill] } },
  on: {
    // Who leaves has to be unregistered now: the next boot may never come, or come too late.
    'group.observed': [
      { guard: 'leavesInReboot', target: '#lifecycle.terminating.draining', actions: ['noteGroup'] },
      { actions: [noteGroupAndPace] },
    ],
    'target.observed': { actions: ['noteTarget'] },
    'interruption.noticed': [
      {
        guard: 'haltReboots',
        target: '#lifecycle.terminating.draining',
        actions: ['noteInterruption'],
      },
      {
        guard: 'earlierDeadline',
        actions: ['noteInterruption', 'setDeadline', 'stopDeadline', 'startDeadline'],
      },
      {},
    ],
    'heartbeat.due': heartbeatDue,
    'host.stopping': {},
  },
  states: {
    stopping: {
      entry: ['setHaltDeadline', 'startDeadline', 'stopIntake', ...beginHeartbeats],
      always: { guard: 'haltPowersOff', target: 'unregistering' },
      on: { ...afterRunner, 'deadline.reached': { target: 'forcing' } },
    },
    unregistering: {
      entry: [...playUnreg],
      on: { ...afterPlay, 'deadline.reached': { target: 'forcing' } },
    },
    forcing: {
      entry: [sigterm],
      after: { forceLimit: { actions: [sigkill] } },
      on: afterPlay,
    },
    leaving: {
      always: [
        { guard: 'terminateActionStillOpen', target: 'answering', actions: [answersTermination] },
        { guard: 'launchActionOpenAtPoweroff', target: 'answering', actions: [abandonsLaunch] },
        { target: 'halted' },
      ],
    },
    answering: {
      entry: [answerAction],
      on: {
        'lifecycleAction.completed': { target: 'halted', actions: ['noteActionDone'] },
        'lifecycleAction.failed': { target: 'halted' },
      },
    },
    // Whoever runs the engine ends now. Where the host goes on after all, the truth is looked for again.
    halted: {
      tags: ['halted'],
      after: { recheck: { target: '#lifecycle.discovering', actions: ['forgetAll'] } },
    },
  },
});
