import type { CommandResult, PlaybookFacts, PlaybookFailure, PlaybookName } from '../lifecycle/events.ts';

/** One run of a playbook, ready to start. */
export interface PlayRequest {
  /** Such as `unreg-2`; a second request with the id of a run in flight joins that run. */
  operation: string;
  playbook: PlaybookName;
  variables: unknown;
  /** For the whole run, in ms; null: no limit. */
  timeoutMs: number | null;
}

/** A run that has started, as startPlaybook of playbooks/run.ts gives it. */
export interface RunningPlay {
  result: Promise<{ outcome: 'succeeded' | PlaybookFailure; message: string; facts: PlaybookFacts }>;
  /** Ends the run; resolves when nothing of it is left. */
  cancel(): Promise<void>;
}

export interface Plays {
  /**
   * Runs a playbook to its end, which is always an event. One runs at a time: another waits until the one before it
   * is gone. `overdue` ends the run with reason `timeout` when it resolves to true.
   */
  play(
    request: () => PlayRequest,
    operation: string,
    overdue?: (ended: AbortSignal) => Promise<boolean>,
  ): Promise<CommandResult>;
  /** Ends the run, also one that still waits for its turn; resolves when it is gone. */
  cancel(operation: string): Promise<void>;
  cancelAll(): Promise<void>;
}

interface Entry {
  abort: AbortController;
  ended: Promise<CommandResult>;
}

/** Runs playbooks, one at a time, with `start`. */
export function createPlays(start: (request: PlayRequest) => RunningPlay): Plays {
  const entries = new Map<string, Entry>();
  let previous: Promise<unknown> = Promise.resolve();

  const run: (
    request: () => PlayRequest,
    operation: string,
    abort: AbortController,
    overdue: ((ended: AbortSignal) => Promise<boolean>) | undefined,
  ) => Promise<CommandResult> = async (request, operation, { signal }, overdue) => {
    if (signal.aborted) return failed(operation, 'cancelled', 'cancelled before it started');
    const ended = new AbortController();
    try {
      const running = start(request());
      let late = false;
      const broken = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => void running.cancel().catch(reject), { once: true });
        overdue?.(ended.signal)
          .then((isOverdue) => {
            if (!isOverdue || ended.signal.aborted) return;
            late = true;
            return running.cancel();
          })
          .catch(reject);
      });
      const { outcome, message, facts } = await Promise.race([running.result, broken]);
      if (outcome === 'succeeded') return { type: 'playbook.succeeded', operation, facts };
      return failed(operation, outcome === 'cancelled' && late ? 'timeout' : outcome, message, facts);
    } catch (error) {
      return failed(operation, 'spawn', (error as Error).message);
    } finally {
      ended.abort();
    }
  };

  const cancel = async (operation: string) => {
    const entry = entries.get(operation);
    entry?.abort.abort();
    await entry?.ended;
  };
  return {
    play(request, operation, overdue) {
      const existing = entries.get(operation);
      if (existing) return existing.ended;
      const abort = new AbortController();
      const ended = previous
        .then(() => run(request, operation, abort, overdue))
        .finally(() => entries.delete(operation));
      entries.set(operation, { abort, ended });
      previous = ended;
      return ended;
    },
    cancel,
    async cancelAll() {
      await Promise.all([...entries.keys()].map(cancel));
    },
  };
}

function failed(
  operation: string,
  reason: PlaybookFailure,
  message: string,
  facts: PlaybookFacts = {},
): CommandResult {
  return { type: 'playbook.failed', operation, reason, message, facts };
}
