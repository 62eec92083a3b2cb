import type http from 'node:http';
import { log } from '../log.ts';
import type { Intake } from './intake.ts';
import type { ConfigReload } from './reload.ts';
import type { RunnerProcess } from './state.ts';

type StopSignal = 'SIGQUIT' | 'SIGTERM' | 'SIGINT';

/**
 * SIGQUIT: take no more jobs, end with 0 when the running ones have ended. SIGTERM, SIGINT: abort the jobs, end with
 * 0 when they have been reported, with 1 after shutdown_timeout or at a second signal.
 */
export class Shutdown {
  readonly #runner: RunnerProcess;
  readonly #intake: Intake;
  readonly #reload: ConfigReload;
  readonly #exit: (code: number) => void;

  constructor(runner: RunnerProcess, intake: Intake, reload: ConfigReload, exit: (code: number) => void) {
    this.#runner = runner;
    this.#intake = intake;
    this.#reload = reload;
    this.#exit = exit;
  }

  on(signal: StopSignal): void {
    const { state } = this.#runner;
    log('warning', `[runWait] received stop signal: ${signal}`);
    if (state === 'forceful-shutdown') {
      log('error', `Forced exit: ${signal}`);
      this.#exit(1);
    } else if (signal === 'SIGQUIT') {
      this.#stopGracefully();
    } else {
      this.#stopByForce(signal);
    }
  }

  /** To be called whenever a worker has become free. */
  checkDone(): void {
    const { state, workers } = this.#runner;
    if ((state === 'graceful-shutdown' || state === 'forceful-shutdown') && workers.busy === 0) {
      log('info', 'All workers stopped. Can exit now');
      this.#exit(0);
    }
  }

  #stopGracefully(): void {
    if (this.#runner.state !== 'graceful-shutdown')
      log('info', 'Starting graceful shutdown, waiting for jobs');
    this.#runner.state = 'graceful-shutdown';
    this.#stopIntake();
    this.checkDone();
  }

  #stopByForce(signal: StopSignal): void {
    this.#runner.state = 'forceful-shutdown';
    log('warning', 'Starting forceful shutdown', { timeout: this.#runner.config.shutdownTimeout / 1000 });
    this.#stopIntake();
    for (const build of this.#runner.reserved) build.stop(signal === 'SIGINT' ? 'interrupt' : 'terminated');
    setTimeout(() => {
      log('error', 'Failed to process: shutdown timed out');
      this.#exit(1);
    }, this.#runner.config.shutdownTimeout);
    this.checkDone();
  }

  #stopIntake(): void {
    this.#reload.stop();
    this.#intake.stop();
    void this.#runner.workers.resize(0);
  }
}

/** Ends the process: the port first, in the same turn, so that no scrape ever sees the last job gone. */
export function exitNow(server: http.Server | null, code: number): void {
  server?.close();
  process.exit(code);
}
