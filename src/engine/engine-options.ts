import type { Clock } from '../clock.ts';
import type { LifecycleCommand } from '../lifecycle/commands.ts';
import type { LifecycleContext } from '../lifecycle/context.ts';
import type { LifecycleInput } from '../lifecycle/events.ts';
import type { LifecyclePolicy } from '../lifecycle/policy.ts';
import type { Logger } from '../logger.ts';
import type { Journal } from './journal.ts';
import type { LifecycleRecord } from './record.ts';
import type { Steps } from './step.ts';

/** What an engine is made of: the world around the machine. */
export interface EngineOptions {
  clock: Clock;
  policy: LifecyclePolicy;
  journal: Journal;
  log: Logger;
  instanceId: string;
  bootId: string;
  clockOffset: number;
  /** Carries out one command; the answer becomes an event. */
  execute(command: LifecycleCommand, context: LifecycleContext): Promise<LifecycleInput | null>;
  /** Whether a state (dotted name) is this process's to act in; default: each is. */
  owns?: ((state: string) => boolean) | undefined;
  /** Whether a command that an earlier process had begun is taken up as it is, though it is a play. */
  resumes?: ((command: LifecycleCommand) => boolean) | undefined;
  /** Another machine than ours; for checks of the checks. */
  steps?: Steps;
  /** Told after each change that is on disk. */
  onChange?(record: LifecycleRecord, tags: ReadonlySet<string>): void;
}
