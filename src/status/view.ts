import type { JournalEntry } from '../engine/journal-format.ts';
import { stateName } from '../engine/record.ts';
import { meaningOf } from '../explain/state-words.ts';
import type { HookTransition } from '../lifecycle/events.ts';
import { launchActionOpen, terminateActionOpen } from '../lifecycle/group.ts';
import type { InstanceView } from './messages.ts';

/** What an entry alone does not say: since when. */
export interface Since {
  state: string;
  entered: number;
  /** The action that waits, and when its time began: with its opening, anew with each heartbeat. */
  action: { transition: HookTransition; from: number } | null;
}

/** Follows one instance's entries: what has lasted since when. */
export function follow(since: Since | null, { event, to, record }: JournalEntry): Since {
  const transition = waiting(record.context);
  const known = since?.action?.transition === transition ? since.action : null;
  const isHeartbeat =
    event.type === 'heartbeat.recorded' && (event as { transition?: unknown }).transition === transition;
  return {
    state: to,
    entered: since?.state === to ? since.entered : record.at,
    action:
      transition === null ? null : { transition, from: isHeartbeat ? record.at : (known?.from ?? record.at) },
  };
}

/** The transition whose lifecycle action waits for an answer of ours. */
function waiting(context: JournalEntry['record']['context']): HookTransition | null {
  if (launchActionOpen(context.group) && !context.launchActionDone) return 'launching';
  return terminateActionOpen(context.group) && !context.terminateActionDone ? 'terminating' : null;
}

/** An entry as the page shows it. */
export function viewOf(
  { record }: JournalEntry,
  { entered, action }: Since,
  degraded: boolean,
): InstanceView {
  const { context } = record;
  const { group } = context;
  const hook = action?.transition === 'launching' ? group?.launchHook : group?.terminateHook;
  const state = stateName(record.value);
  return {
    id: record.instanceId,
    state,
    since: entered,
    life: record.life,
    meaning: meaningOf(state, context),
    running: context.running,
    limit: context.limit,
    paused: context.paused,
    group: group && {
      name: group.groupName,
      lifecycleState: group.lifecycleState,
      desired: group.desiredCapacity,
      min: group.minSize,
      max: group.maxSize,
    },
    hook:
      action === null || !hook
        ? null
        : {
            name: hook.name,
            transition: action.transition,
            deadline: action.from + hook.heartbeatTimeout,
            defaultResult: hook.defaultResult,
          },
    notice: context.notice === 'none' ? null : { kind: context.notice, deadline: context.noticeDeadline },
    deadline: context.deadline,
    operation: context.operation,
    attempts: context.attempts,
    scaleBlocked: context.scaleBlocked,
    degraded,
  };
}
