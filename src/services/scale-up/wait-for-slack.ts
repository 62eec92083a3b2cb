import type { Config } from '../../config.ts';
import { clockOffsetNow, createTimeline } from '../../engine/timeline.ts';
import { createLogger, Secrets } from '../../logger.ts';
import { findRunner } from '../../runner/process.ts';
import { startRunnerMetrics } from '../../sources/runner-metrics.ts';

/** Waits until the runner of this host says that it could take another job, or until the signal aborts. */
export async function waitForSlack(
  config: Config,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<void> {
  const { url, interval, timeout } = config.metrics;
  let said = '';
  const tell = (text: string) => {
    if (text !== said) say(text);
    said = text;
  };
  const aborted = new AbortController();
  const slack = new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: aborted.signal });
    const source = startRunnerMetrics({
      url,
      interval,
      timeout,
      clock: createTimeline(clockOffsetNow()),
      findRunner: () => findRunner(config.runner),
      log: createLogger({ level: 'silent', secrets: new Secrets([]) }),
      emit(event) {
        if (event.type === 'runner.unreadable') tell(`no reading of the runner: ${event.reason}`);
        if (event.type !== 'runner.sampled') return;
        if (event.running < event.limit) resolve();
        else tell(`all ${event.limit} slots of the runner are taken; waiting for one`);
      },
    });
    aborted.signal.addEventListener('abort', () => void source.stop(), { once: true });
  });
  try {
    await slack;
  } finally {
    aborted.abort();
  }
}
