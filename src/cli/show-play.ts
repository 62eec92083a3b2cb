import type { Config } from '../config.ts';
import { clockOffsetNow, createTimeline } from '../engine/timeline.ts';
import type { PlaybookEvent } from '../playbooks/events.ts';
import { paintFor, widthOf } from '../terminal/paint.ts';
import { createProgress } from '../terminal/progress.ts';
import type { CliContext } from './context.ts';
import { describePlayEvent } from './play-text.ts';
import { watchJobs } from './watch-jobs.ts';

export interface ShowPlayOptions {
  config: Config;
  json: boolean;
  check: boolean;
  /** Jobs are told while the play waits for them. */
  drains: boolean;
  redact(text: string): string;
}

export interface ShownPlay {
  onEvent(event: PlaybookEvent): void;
  end(): void;
}

/** Shows a play while it runs: for people task by task with what is going on now, with `json` each event as it is. */
export function showPlay(context: CliContext, options: ShowPlayOptions): ShownPlay {
  const { config, json, check, drains, redact } = options;
  if (json) return { onEvent: (event) => context.print(redact(JSON.stringify(event))), end: () => {} };
  const clock = createTimeline(clockOffsetNow());
  const ended = new AbortController();
  const paint = paintFor(process.stdout, context.env);
  const progress = createProgress({
    clock,
    write: (text) => void process.stdout.write(text),
    isTerminal: process.stdout.isTTY === true && context.env.TERM !== 'dumb',
    width: widthOf(process.stdout),
    ...(drains && !check ? { more: watchJobs(config.metrics, clock, ended.signal) } : {}),
  });
  return {
    onEvent(event) {
      if (event.event === 'task' && event.task) progress.begin(redact(event.task));
      const text = describePlayEvent(event, check, paint);
      if (text !== null) progress.say(redact(text));
    },
    end() {
      ended.abort();
      progress.end();
    },
  };
}
