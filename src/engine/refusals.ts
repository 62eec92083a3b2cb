import type { LifecycleCommand } from '../lifecycle/commands.ts';
import type { CommandResult, PlaybookFailure } from '../lifecycle/events.ts';

/**
 * Commands that must not begin while the journal cannot be written: they cannot be taken back or told twice. A runner
 * is not stopped either for a retirement that cannot be asked for.
 */
export function refusedWhenDegraded({ type }: LifecycleCommand, state: string): boolean {
  if (type === 'playScaleUp' || type === 'terminateInstance') return true;
  return state.startsWith('inService.retiring') && (type === 'stopIntake' || type === 'playUnreg');
}

/** The event that says that a command failed, or null where its failure tells the machine nothing. */
export function failureOf(
  command: LifecycleCommand,
  message: string,
  reason: PlaybookFailure = 'spawn',
): CommandResult | null {
  switch (command.type) {
    case 'playInit':
    case 'playUnreg':
    case 'playScaleUp':
      return { type: 'playbook.failed', operation: command.operation, reason, message, facts: {} };
    case 'completeLifecycleAction':
      return { type: 'lifecycleAction.failed', transition: command.transition, message };
    case 'recordHeartbeat':
      return { type: 'heartbeat.failed', transition: command.transition, message };
    case 'terminateInstance':
      return { type: 'termination.refused', message };
    case 'setProtection':
      return { type: 'protection.failed', message };
    case 'markUnhealthy':
      return { type: 'health.failed', message };
    default:
      return null;
  }
}
