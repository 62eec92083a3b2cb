import type { LifecycleInput, LocalRunner } from '../../src/lifecycle/events.ts';
import { groupView } from '../support/views.ts';
import type { Ghost } from './ghost.ts';

/** One thing that may happen in a state. Names are unique, and short enough for a witness. */
export interface Input {
  name: string;
  event: { type: string };
  /** Something read from the world: read again, it must change nothing (invariant 8). */
  observation: boolean;
}

const observed = (name: string, event: LifecycleInput): Input => ({ name, event, observation: true });
const happened = (name: string, event: LifecycleInput): Input => ({ name, event, observation: false });

const LIFECYCLE_STATES = [
  'Pending:Wait',
  'Pending:Proceed',
  'InService',
  'Standby',
  'Detached',
  'Warmed:Pending:Wait',
  'Warmed:Stopped',
  'Terminating:Wait',
  'Terminating:Proceed',
  'Terminating:Retained',
];

const RUNNERS: Record<string, LocalRunner> = {
  serving: { alive: true, registered: true },
  bare: { alive: false, registered: false },
};

/** Each reading of the world once, and each answer that an effect may give without having been asked first. */
export function readings(hooks: boolean): Input[] {
  const hook = hooks ? {} : { launchHook: null, terminateHook: null };
  const views = [
    ...LIFECYCLE_STATES.map((lifecycleState) => ({
      name: lifecycleState,
      group: groupView({ lifecycleState, ...hook }),
    })),
    // Neither can one be added nor may one go.
    { name: 'InService, full', group: groupView({ minSize: 2, maxSize: 2, ...hook }) },
    { name: 'gone', group: null },
  ];
  return [
    ...views.map(({ name, group }) => observed(`group(${name})`, { type: 'group.observed', group })),
    ...views.flatMap(({ name, group }) =>
      Object.entries(RUNNERS).map(([kind, runner]) =>
        happened(`discovered(${name}, ${kind})`, { type: 'discovered', group, target: 'InService', runner }),
      ),
    ),
    happened('discovered(InService, serving, announced)', {
      type: 'discovered',
      group: groupView(hook),
      target: 'Terminated',
      runner: { alive: true, registered: true },
    }),
    observed('api silent', { type: 'group.unreachable', forMs: 61_000 }),
    observed('api silent for a moment', { type: 'group.unreachable', forMs: 1_000 }),
    observed('target(Terminated)', { type: 'target.observed', target: 'Terminated' }),
    observed('target(InService)', { type: 'target.observed', target: 'InService' }),
    observed('interruption', { type: 'interruption.noticed', action: 'terminate', deadline: 120_000 }),
    observed('earlier interruption', { type: 'interruption.noticed', action: 'stop', deadline: 60_000 }),
    observed('rebalance', { type: 'rebalance.noticed', noticeTime: 'now' }),
    ...[0, 1, 2].map((running) =>
      observed(`running ${running}`, { type: 'runner.sampled', running, limit: 2, paused: false }),
    ),
    observed('running 0, paused', { type: 'runner.sampled', running: 0, limit: 2, paused: true }),
    observed('no reading', { type: 'runner.unreadable', reason: 'timeout' }),
    observed('runner gone', { type: 'runner.process', alive: false }),
    observed('runner alive', { type: 'runner.process', alive: true }),
    observed('runner rejected', { type: 'runner.rejected' }),
    observed('maintenance', {
      type: 'maintenance.noticed',
      id: 'm1',
      code: 'system-reboot',
      notBefore: 700_000,
      notAfter: null,
    }),
    observed('maintenance over', { type: 'maintenance.cleared', id: 'm1' }),
    observed('maintenance of another over', { type: 'maintenance.cleared', id: 'm2' }),
    observed('poweroff', { type: 'host.stopping', kind: 'poweroff' }),
    observed('reboot', { type: 'host.stopping', kind: 'reboot' }),
    happened('termination refused', { type: 'termination.refused', message: 'no' }),
    happened('termination accepted', { type: 'termination.accepted' }),
    happened('protection failed', { type: 'protection.failed', message: 'no' }),
    ...(['launching', 'terminating'] as const).flatMap((transition) => [
      happened(`heartbeat refused (${transition})`, {
        type: 'heartbeat.refused',
        transition,
        message: 'gone',
      }),
    ]),
    happened('an old play succeeded', { type: 'playbook.succeeded', operation: 'old-0', facts: {} }),
    happened('an old play failed', {
      type: 'playbook.failed',
      operation: 'old-0',
      reason: 'failed',
      message: '',
      facts: {},
    }),
  ];
}

/** How the play in flight may end, and how a completion that is under way. */
export function answers(operation: string | null, ghost: Ghost): Input[] {
  const list: Input[] = [];
  if (operation !== null) {
    const failed = { type: 'playbook.failed', operation, message: '', facts: {} } as const;
    list.push(
      happened('play failed', { ...failed, reason: 'failed' }),
      happened('play cut short', { ...failed, reason: 'interrupted' }),
      happened('play succeeded', { type: 'playbook.succeeded', operation, facts: {} }),
    );
    if (ghost.playCompletes !== null) {
      const facts = { lifecycleAction: 'completed' } as const;
      list.push(
        happened('play succeeded and answered', { type: 'playbook.succeeded', operation, facts }),
        happened('play answered, then failed', { ...failed, reason: 'failed', facts }),
      );
    }
  }
  for (const transition of ['launching', 'terminating'] as const) {
    if (!ghost.asked[transition]) continue;
    list.push(
      happened(`completed (${transition})`, {
        type: 'lifecycleAction.completed',
        transition,
        outcome: 'completed',
      }),
    );
    // What has been completed is gone, and that is an answer too.
    if (!ghost.done[transition])
      list.push(
        happened(`not completed (${transition})`, {
          type: 'lifecycleAction.failed',
          transition,
          message: 'no',
        }),
      );
  }
  return list;
}
