import { assign, cancel, raise, setup } from 'xstate';
import type { LifecycleCommand } from './commands.ts';
import { initialContext, type LifecycleContext } from './context.ts';
import type { HookTransition, LifecycleEvent } from './events.ts';
import {
  isDetached,
  isInService,
  isLeaving,
  isPending,
  isPooled,
  isRetained,
  isStandby,
  launchActionOpen,
  terminateActionOpen,
  whyNotRetire,
  whyNotScaleUp,
} from './group.ts';
import type { LifecyclePolicy } from './policy.ts';
import {
  backoff,
  drainDeadline,
  forceDelay,
  haltDeadline,
  heartbeatInterval,
  launchDeadline,
} from './timing.ts';

/** Between the seen end of an action and the use of force (ms): a play of ours that has just answered it ends first. */
const LAST_MOMENT = 2_000;

/** Timers that outlive one state; the engine delivers them like any event. */
export type TimerEvent = { type: 'heartbeat.due' | 'deadline.reached' | 'maintenance.due'; at: number };

type Params<T extends LifecycleCommand['type']> = Omit<Extract<LifecycleCommand, { type: T }>, 'type'>;
type None = undefined;

/** A command is an action without a body: `transition()` hands it to the engine, which carries it out. */
const command = <T extends LifecycleCommand['type']>() => {
  return (_: unknown, _params: keyof Params<T> extends never ? None : Params<T>) => {};
};

const numbered = (context: LifecycleContext, kind: string) => ({
  operation: `${kind}-${context.operations + 1}`,
  operations: context.operations + 1,
});

/** The view in the event, if it carries one; `undefined` for other events. */
const seenGroup = (event: LifecycleEvent | TimerEvent) =>
  event.type === 'group.observed' || event.type === 'discovered' ? event.group : undefined;

/** The last reading, where there is one, is a saturated one. */
const isSaturated = ({ running, limit }: LifecycleContext) =>
  running !== null && limit !== null && limit > 0 && running >= limit;

/** The agent was killed under the play: that says nothing about whether the play can succeed. */
const wasCutShort = (event: LifecycleEvent | TimerEvent) =>
  event.type === 'playbook.failed' && (event.reason === 'cancelled' || event.reason === 'interrupted');

/** The vocabulary of the chart: its context, events, guards, delays and actions. */
export const lifecycle = setup({
  types: {
    context: {} as LifecycleContext,
    events: {} as LifecycleEvent | TimerEvent,
    input: {} as { policy?: LifecyclePolicy; operations?: number } | undefined,
    tags: {} as 'watchGroup' | 'quiet' | 'halted',
  },
  delays: {
    idleThreshold: ({ context }) => context.policy.idleThreshold,
    confirmLimit: ({ context }) => context.policy.confirmLimit,
    forceLimit: ({ context }) => forceDelay(context),
    haltLimit: ({ context }) => context.policy.haltLimit,
    launchLimit: ({ context }) => launchDeadline(context),
    retryDelay: ({ context }) => backoff(context),
    recheck: ({ context }) => context.policy.recheck,
  },
  guards: {
    seesLeaving: ({ event }) => isLeaving(seenGroup(event) ?? null),
    seesRetained: ({ event }) => isRetained(seenGroup(event) ?? null),
    seesPooled: ({ event }) => isPooled(seenGroup(event) ?? null),
    seesStandby: ({ event }) => isStandby(seenGroup(event) ?? null),
    seesPending: ({ event }) => isPending(seenGroup(event) ?? null),
    seesInService: ({ event }) => isInService(seenGroup(event) ?? null),
    seesInServiceWithRunner: ({ event }) =>
      event.type === 'discovered' &&
      isInService(event.group) &&
      event.runner.alive &&
      event.runner.registered,
    seesNoGroup: ({ event }) => seenGroup(event) === null || isDetached(seenGroup(event) ?? null),
    seesGone: ({ event }) => seenGroup(event) === null,
    seesTerminateActionOpen: ({ context, event }) =>
      terminateActionOpen(seenGroup(event) ?? null) && !context.terminateActionDone,
    seesTerminateActionOpenAgain: ({ context, event }) =>
      terminateActionOpen(seenGroup(event) ?? null) && context.terminateActionDone,
    seesLaunchActionOpen: ({ context, event }) =>
      launchActionOpen(seenGroup(event) ?? null) && !context.launchActionDone,
    seesLaunchActionOpenInPool: ({ context, event }) => {
      const group = seenGroup(event) ?? null;
      return isPooled(group) && launchActionOpen(group) && !context.launchActionDone;
    },
    apiSilentTooLong: ({ context, event }) =>
      event.type === 'group.unreachable' && event.forMs >= context.policy.confirmLimit,
    targetTerminated: ({ event }) =>
      event.type === 'target.observed' &&
      (event.target === 'Terminated' || event.target === 'Warmed:Terminated'),
    targetChanged: ({ context, event }) =>
      event.type === 'target.observed' && event.target !== context.target,
    announcedTerminated: ({ context }) => context.target === 'Terminated',
    announcedTerminatedAndGone: ({ context, event }) =>
      context.target === 'Terminated' && seenGroup(event) === null,
    powersOff: ({ event }) => event.type === 'host.stopping' && event.kind === 'poweroff',
    haltPowersOff: ({ context }) => context.halt === 'poweroff',
    haltReboots: ({ context }) => context.halt === 'reboot',
    leavesInReboot: ({ context, event }) => context.halt === 'reboot' && isLeaving(seenGroup(event) ?? null),
    launchActionOpenAtPoweroff: ({ context }) =>
      context.halt === 'poweroff' && launchActionOpen(context.group) && !context.launchActionDone,
    runnerGoneAndNothingPlays: ({ context, event }) =>
      context.operation === null && event.type === 'runner.process' && !event.alive,
    runnerGone: ({ event }) => event.type === 'runner.process' && !event.alive,
    runnerBack: ({ event }) => event.type === 'runner.process' && event.alive,
    sampleSaturated: ({ event }) =>
      event.type === 'runner.sampled' && event.limit > 0 && event.running >= event.limit,
    sampleIdle: ({ event }) => event.type === 'runner.sampled' && event.running === 0,
    sampleBusy: ({ event }) => event.type === 'runner.sampled' && event.running > 0,
    canScaleUp: ({ context }) =>
      context.scaleUps === 0 && isSaturated(context) && whyNotScaleUp(context.group) === null,
    increaseWasLost: ({ context }) =>
      context.attempts > 0 &&
      context.desiredBefore !== null &&
      context.group !== null &&
      context.group.desiredCapacity <= context.desiredBefore,
    canRetire: ({ context }) => !context.paused && whyNotRetire(context.group) === null,
    ripeAndCanRetire: ({ context, event }) =>
      context.ripe && !context.paused && whyNotRetire(seenGroup(event) ?? null) === null,
    mayAskWithHook: ({ context }) =>
      !context.paused && whyNotRetire(context.group) === null && context.group?.terminateHook != null,
    hasTerminateHook: ({ context }) => context.group?.terminateHook != null,
    mayRetryInit: ({ context, event }) =>
      context.attempts + 1 < context.policy.initAttempts && isCurrent(context, event),
    mayRetryUnreg: ({ context, event }) =>
      (context.attempts + 1 < context.policy.unregAttempts || wasCutShort(event)) &&
      isCurrent(context, event),
    mayRetryInHaste: ({ context, event }) =>
      context.attempts + 1 < context.policy.unregAttempts && isCurrent(context, event),
    mayRetryRepair: ({ context, event }) =>
      (context.attempts + 1 < context.policy.repairAttempts || wasCutShort(event)) &&
      isCurrent(context, event),
    currentOperation: ({ context, event }) => isCurrent(context, event),
    earlierDeadline: ({ context, event }) =>
      event.type === 'interruption.noticed' &&
      (context.noticeDeadline === null ||
        context.notice !== 'interruption' ||
        event.deadline < context.noticeDeadline),
    newMaintenance: ({ context, event }) =>
      event.type === 'maintenance.noticed' && event.id !== context.maintenanceId,
    ourMaintenance: ({ context, event }) =>
      event.type === 'maintenance.cleared' && event.id === context.maintenanceId,
    newRebalance: ({ context }) => context.notice === 'none',
    launchActionOpenAgain: ({ context }) => launchActionOpen(context.group),
    launchActionStillOpen: ({ context }) => launchActionOpen(context.group) && !context.launchActionDone,
    terminateActionStillOpen: ({ context }) =>
      terminateActionOpen(context.group) && !context.terminateActionDone,
    launchedWithoutHook: ({ context }) =>
      context.transition === 'launching' && !launchActionOpen(context.group),
    heartbeatOfDrain: ({ context, event }) =>
      event.type === 'heartbeat.refused' && event.transition === context.transition,
    actionExpired: ({ context, event }) => {
      const group = seenGroup(event) ?? null;
      if (group?.lifecycleState !== 'Terminating:Proceed' || group.terminateHook === null) return false;
      const { terminateActionDone, deadline } = context;
      return !terminateActionDone && (deadline === null || deadline > event.at + LAST_MOMENT);
    },
    deadlinePassed: ({ context, event }) => context.deadline !== null && event.at >= context.deadline,
  },
  actions: {
    // Commands: what the engine carries out.
    discover: command<'discover'>(),
    observeGroup: command<'observeGroup'>(),
    playInit: command<'playInit'>(),
    playUnreg: command<'playUnreg'>(),
    playScaleUp: command<'playScaleUp'>(),
    cancelPlaybook: command<'cancelPlaybook'>(),
    recordHeartbeat: command<'recordHeartbeat'>(),
    completeLifecycleAction: command<'completeLifecycleAction'>(),
    terminateInstance: command<'terminateInstance'>(),
    setProtection: command<'setProtection'>(),
    markUnhealthy: command<'markUnhealthy'>(),
    stopIntake: command<'stopIntake'>(),
    forceStop: command<'forceStop'>(),

    // What is remembered.
    noteGroup: assign(({ context, event }) => {
      const group = seenGroup(event);
      if (group === undefined) return {};
      const scaleBlocked = context.scaleBlocked === null ? null : whyNotScaleUp(group);
      return { group, scaleBlocked };
    }),
    noteTarget: assign(({ event }) => {
      if (event.type === 'target.observed') return { target: event.target };
      return event.type === 'discovered' && event.target !== null ? { target: event.target } : {};
    }),
    noteSample: assign(({ event }) =>
      event.type === 'runner.sampled'
        ? { running: event.running, limit: event.limit, paused: event.paused }
        : {},
    ),
    noteNoSample: assign({ running: null }),
    noteInterruption: assign(({ event }) =>
      event.type === 'interruption.noticed'
        ? {
            notice: 'interruption' as const,
            noticeDeadline: event.deadline,
            reason: `Spot interruption (${event.action})`,
          }
        : {},
    ),
    noteRebalance: assign({ notice: 'rebalance' }),
    noteMaintenance: assign(({ event }) =>
      event.type === 'maintenance.noticed'
        ? { notice: 'maintenance' as const, noticeDeadline: event.notBefore, maintenanceId: event.id }
        : {},
    ),
    forgetMaintenance: assign({ notice: 'none', noticeDeadline: null, maintenanceId: null }),
    noteHalt: assign(({ event }) =>
      event.type === 'host.stopping'
        ? { halt: event.kind, reason: `the host goes down (${event.kind})` }
        : {},
    ),
    /** As at a boot: what was announced is announced again where it still stands. */
    forgetAll: assign(({ context }) => initialContext(context.policy, context.operations)),
    noteReason: assign((_, params: { reason: string }) => ({ reason: params.reason })),
    noteActionDone: assign(({ event }) => {
      if (event.type !== 'lifecycleAction.completed') return {};
      return event.transition === 'launching' ? { launchActionDone: true } : { terminateActionDone: true };
    }),
    nameOperation: assign(({ context }, params: { kind: string }) => numbered(context, params.kind)),
    endOperation: assign(({ context, event }) => {
      if (event.type !== 'playbook.succeeded' && event.type !== 'playbook.failed') return {};
      // "Gone" is not "done" here: a terminate hook may open after the play has looked for it.
      const completed = event.facts.lifecycleAction === 'completed';
      const launch = completed && context.transition === 'launching';
      return {
        operation: null,
        runnersLeft: event.facts.runnersLeft ?? context.runnersLeft,
        launchActionDone: context.launchActionDone || launch,
        terminateActionDone: context.terminateActionDone || (completed && !launch),
      };
    }),
    noteAnswered: assign(({ context }) =>
      context.transition === 'launching' ? { launchActionDone: true } : { terminateActionDone: true },
    ),
    doubtTerminateAnswer: assign({ terminateActionDone: false }),
    forgetAnswers: assign({ launchActionDone: false, terminateActionDone: false }),
    noteUnanswered: assign(({ event }) => {
      if (event.type !== 'lifecycleAction.failed') return {};
      return event.transition === 'launching' ? { launchActionDone: false } : { terminateActionDone: false };
    }),
    countAttempt: assign({ attempts: ({ context }) => context.attempts + 1 }),
    countFailure: assign({
      attempts: ({ context, event }) => context.attempts + (wasCutShort(event) ? 0 : 1),
    }),
    resetAttempts: assign({ attempts: 0 }),
    ripen: assign({ ripe: true }),
    unripen: assign({ ripe: false }),
    countScaleUp: assign({ scaleUps: ({ context }) => context.scaleUps + 1 }),
    resetScaleUps: assign({ scaleUps: 0, attempts: 0, desiredBefore: null, scaleBlocked: null }),
    allowScaleUpAgain: assign({ scaleUps: 0 }),
    noteDesired: assign({ desiredBefore: ({ context }) => context.group?.desiredCapacity ?? null }),
    noteScaleBlocked: assign({
      scaleBlocked: ({ context }) => (context.scaleUps === 0 ? whyNotScaleUp(context.group) : null),
    }),
    noteAnswer: assign((_, params: { transition: HookTransition; result: 'CONTINUE' | 'ABANDON' }) => params),
    noteProtectionUnknown: assign({ scaleInProtected: null }),

    // Timers that outlive one state.
    startHeartbeat: raise({ type: 'heartbeat.due' } as TimerEvent, {
      id: 'heartbeat',
      delay: ({ context }) => heartbeatInterval(context),
    }),
    stopHeartbeat: cancel('heartbeat'),
    setDeadline: assign(({ context, event }) => ({ deadline: drainDeadline(context, event.at) })),
    hastenDeadline: assign({ deadline: ({ event }) => event.at + LAST_MOMENT }),
    setHaltDeadline: assign(({ context, event }) => ({ deadline: haltDeadline(context, event.at) })),
    startDeadline: raise({ type: 'deadline.reached' } as TimerEvent, {
      id: 'deadline',
      delay: ({ context, event }) => Math.max(0, (context.deadline ?? event.at) - event.at),
    }),
    stopDeadline: cancel('deadline'),
    startMaintenanceTimer: raise({ type: 'maintenance.due' } as TimerEvent, {
      id: 'maintenance',
      delay: ({ context, event }) =>
        Math.max(0, (context.noticeDeadline ?? event.at) - context.policy.maintenanceLead - event.at),
    }),
    stopMaintenanceTimer: cancel('maintenance'),
  },
});

/**
 * Asks for scale-in protection when what is wanted has changed: while jobs run, and without a terminate hook all the
 * time in service, since nothing would then hold a scale-in back.
 */
export const adjustProtection = lifecycle.enqueueActions(({ context, enqueue }) => {
  if (context.policy.protection === 'off' || context.group === null) return;
  const wanted = context.group.terminateHook === null || (context.running ?? 0) > 0;
  if (wanted === context.scaleInProtected) return;
  enqueue.assign({ scaleInProtected: wanted });
  enqueue({ type: 'setProtection', params: { protected: wanted } });
});

/**
 * Without a terminate hook nothing but protection holds a scale-in back, so it is asked for before the runner can take
 * a job. A pending instance cannot have it (AWS refuses): `inService` then asks at once.
 */
export const protectBeforeServing = lifecycle.enqueueActions(({ context, enqueue }) => {
  if (isInService(context.group) && context.group?.terminateHook === null) enqueue(adjustProtection);
});

/** Notes the group; where its action waits less long than was thought, the next heartbeat comes earlier. */
export const noteGroupAndPace = lifecycle.enqueueActions(({ context, event, enqueue }) => {
  const group = seenGroup(event);
  enqueue('noteGroup');
  if (group === undefined || heartbeatInterval({ ...context, group }) >= heartbeatInterval(context)) return;
  enqueue('stopHeartbeat');
  enqueue('startHeartbeat');
});

/**
 * Keeps whichever action waits for us open. A launch action can still be open in a drain (a Spot notice), and a
 * terminate action while a launch is abandoned (an operator).
 */
export const signOfLife = lifecycle.enqueueActions(({ check, enqueue }) => {
  if (check('terminateActionStillOpen')) {
    enqueue({ type: 'recordHeartbeat', params: { transition: 'terminating' } });
  } else if (check('launchActionStillOpen')) {
    enqueue({ type: 'recordHeartbeat', params: { transition: 'launching' } });
  }
});

/**
 * With one at once: how long a launch has waited nobody tells (the host may just have booted). Not so where a drain
 * begins: a view may be older than the action, and what AWS refuses then ends jobs.
 */
export const beginHeartbeats = [signOfLife, 'startHeartbeat'] as const;

export const heartbeatDue = { actions: beginHeartbeats } as const;

/** Answers the action of the context's transition, unless a play has done so. */
export const answerIfOwed = lifecycle.enqueueActions(({ context, enqueue }) => {
  const { transition, result } = context;
  if (transition === 'launching' ? context.launchActionDone : context.terminateActionDone) return;
  enqueue({ type: 'completeLifecycleAction', params: { transition, result } });
});

/** Ends the playbook in flight, if there is one; its late result is then nobody's. */
export const cancelInFlight = lifecycle.enqueueActions(({ context, enqueue }) => {
  if (context.operation === null) return;
  enqueue({ type: 'cancelPlaybook', params: { operation: context.operation } });
  enqueue.assign({ operation: null });
});

function isCurrent(context: LifecycleContext, event: LifecycleEvent | TimerEvent): boolean {
  return (
    (event.type === 'playbook.succeeded' || event.type === 'playbook.failed') &&
    event.operation === context.operation
  );
}
