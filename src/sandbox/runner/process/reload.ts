import { statSync } from 'node:fs';
import { readConfig } from '../config/read.ts';
import { FatalError, log } from '../log.ts';
import { rotateTokens } from './rotate-tokens.ts';
import type { RunnerProcess } from './state.ts';

const RELOAD_INTERVAL = 3_000;

/** Reads config.toml again when its mtime has changed, every 3 s, or when told to. A bad file changes nothing. */
export class ConfigReload {
  readonly #runner: RunnerProcess;
  readonly #onFatal: (error: FatalError) => void;
  #mtime: number;
  #timer: NodeJS.Timeout | null = null;
  #busy = false;

  constructor(runner: RunnerProcess, onFatal: (error: FatalError) => void) {
    this.#runner = runner;
    this.#onFatal = onFatal;
    this.#mtime = mtimeOf(runner.configFile);
  }

  start(): void {
    this.#timer = setInterval(() => void this.check(false), RELOAD_INTERVAL);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  /** While a lowered `concurrent` waits for a busy worker, no further change is taken up. */
  async check(force: boolean): Promise<void> {
    if (this.#busy || this.#runner.intake.signal.aborted) return;
    this.#busy = true;
    try {
      if (await rotateTokens(this.#runner)) this.#mtime = Number.NaN;
      if (force || mtimeOf(this.#runner.configFile) !== this.#mtime) await this.#load();
    } catch (error) {
      if (error instanceof FatalError) this.#onFatal(error);
      else throw error;
    } finally {
      this.#busy = false;
    }
  }

  async #load(): Promise<void> {
    const runner = this.#runner;
    try {
      const mtime = mtimeOf(runner.configFile);
      runner.config = readConfig(runner.configFile);
      this.#mtime = mtime;
    } catch (error) {
      runner.metrics.registry.add('gitlab_runner_configuration_loading_error_total');
      log('error', 'Failed to update configuration', { error: String(error) });
      return;
    }
    runner.metrics.loaded(runner.config);
    runner.health.forget();
    log('info', 'Configuration loaded', { concurrent: runner.config.concurrent });
    checkConcurrent(runner.config.concurrent);
    warnOfLongPolling(runner);
    await runner.workers.resize(runner.config.concurrent);
  }
}

/** gitlab-runner does not start, and does not go on, with concurrent below one. */
export function checkConcurrent(concurrent: number): void {
  if (concurrent < 1) throw new FatalError(`Concurrent is less than one (actual ${concurrent})`);
}

/** The warning that every load gives for a runner with request_concurrency 1. */
export function warnOfLongPolling(runner: RunnerProcess): void {
  if (runner.config.runners.some((section) => section.requestConcurrency === 1))
    log('warning', 'CONFIGURATION: Long polling issues detected.');
}

function mtimeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
