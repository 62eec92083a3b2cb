import type { LifecycleCommand } from '../lifecycle/commands.ts';
import type { LifecycleInput } from '../lifecycle/events.ts';
import type { Logger } from '../logger.ts';
import type { PlaybookEvent } from '../playbooks/events.ts';
import type { Executor } from './executor.ts';

/** What each command would do in the world, in words; null for what only reads, which a dry agent does too. */
const WOULD: Record<LifecycleCommand['type'], string | null> = {
  discover: null,
  observeGroup: null,
  playInit: 'register the runner and start it (gitlab_runner_init.yml; checked here)',
  playUnreg:
    'stop the runner when its jobs have ended, and unregister it (gitlab_runner_unreg.yml; checked here)',
  playScaleUp: 'raise the desired capacity by one (scale_up.yml; checked here)',
  cancelPlaybook: 'end the playbook in flight',
  recordHeartbeat: 'call RecordLifecycleActionHeartbeat',
  completeLifecycleAction: 'call CompleteLifecycleAction',
  terminateInstance: 'call TerminateInstanceInAutoScalingGroup for this instance',
  setProtection: 'call SetInstanceProtection',
  markUnhealthy: 'call SetInstanceHealth',
  stopIntake: 'stop the runner from taking jobs',
  forceStop: 'end the runner and its jobs',
};

/**
 * A dry agent's executor: whatever would change something is withheld and shown. Plays run in check mode (see
 * {@link inCheckMode}), and count as successful however that ended: from there on only what is observed moves the
 * machine, and nothing is tried again.
 */
export function withhold(own: Executor, log: Logger): Executor {
  const said = new Set<string>();

  const say = (command: LifecycleCommand) => {
    const { type, ...rest } = command;
    const text = JSON.stringify(command);
    // A heartbeat, or an answer that the group does not get, would be given again and again.
    if (said.has(text)) return;
    said.add(text);
    log.info({ command: type, ...rest, would: WOULD[type] }, 'withheld');
  };

  return {
    async execute(command, context) {
      if (WOULD[command.type] === null) return own.execute(command, context);
      say(command);
      if (command.type === 'cancelPlaybook') return own.execute(command, context);
      if (!('operation' in command)) return answerTo(command);
      const { operation } = command;
      const checked = await own.execute(command, context);
      if (checked?.type !== 'playbook.failed') {
        log.info({ operation }, 'checked: it would succeed, as far as that can be told');
      } else {
        log.warn({ operation, reason: checked.reason, why: checked.message }, 'checked: it would fail');
      }
      return { type: 'playbook.succeeded', operation, facts: {} };
    },
    cancelAll: () => own.cancelAll(),
  };
}

/** How a play of a dry agent is started, and what is told of it: the tasks that would change something, with diffs. */
export const inCheckMode = (log: Logger) => ({
  check: true,
  diff: true,
  onEvent(event: PlaybookEvent): void {
    const { task, diff, calls, changed } = event;
    if (event.event === 'diff') log.info({ task, diff }, 'would change');
    else if (changed || (calls?.length ?? 0) > 0) log.info({ task, calls }, 'would do');
  },
});

/** What the machine hears where it waits for an answer: that it was done, until the world shows otherwise. */
function answerTo(command: LifecycleCommand): LifecycleInput | null {
  switch (command.type) {
    case 'recordHeartbeat':
      return { type: 'heartbeat.recorded', transition: command.transition };
    case 'completeLifecycleAction':
      return { type: 'lifecycleAction.completed', transition: command.transition, outcome: 'completed' };
    case 'terminateInstance':
      return { type: 'termination.accepted' };
    case 'setProtection':
      return { type: 'protection.set', protected: command.protected };
    case 'markUnhealthy':
      return { type: 'health.set' };
    default:
      return null;
  }
}
