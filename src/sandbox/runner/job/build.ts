import { hostname } from 'node:os';
import type { RunnerSection } from '../config/model.ts';
import { shortToken } from '../token.ts';
import { REVISION, VERSION } from '../version.ts';
import { jobEnvironment, projectDirectory } from './environment.ts';
import { renderScript, ScriptProcess } from './script.ts';
import type { FailureReason, JobSpec } from './spec.ts';
import type { Trace } from './trace.ts';
import { type JobUser, makeDirectoryOf } from './user.ts';

/** Why a build is stopped before its script ends; `canceled` with `cleanup` still cleans up. */
export type StopCause = 'canceled' | 'terminated' | 'interrupt' | 'timeout';

export type BuildResult =
  | { state: 'success' }
  | { state: 'failed'; reason: FailureReason; exitCode?: number };

export type BuildState = 'running' | 'canceled' | 'terminated' | 'timedout';

const STATE: Record<StopCause, BuildState> = {
  canceled: 'canceled',
  terminated: 'terminated',
  interrupt: 'terminated',
  timeout: 'timedout',
};

/** One job on its way through the shell executor's stages. */
export class Build {
  readonly job: JobSpec;
  readonly section: RunnerSection;
  /** Lowest number that no other running build has. */
  readonly slot: number;
  readonly startedAt = performance.now();
  state: BuildState = 'running';
  stage = 'prepare_executor';
  readonly #trace: Trace;
  readonly #systemId: string;
  readonly #buildsDir: string;
  readonly #user: JobUser | null;
  #script: ScriptProcess | null = null;
  #stop: { cause: StopCause; cleanup: boolean } | null = null;

  constructor(options: {
    job: JobSpec;
    section: RunnerSection;
    slot: number;
    trace: Trace;
    systemId: string;
    buildsDir: string;
    user: JobUser | null;
  }) {
    this.job = options.job;
    this.section = options.section;
    this.slot = options.slot;
    this.#trace = options.trace;
    this.#systemId = options.systemId;
    this.#buildsDir = options.buildsDir;
    this.#user = options.user;
  }

  /** Ends the script. The first cause counts. */
  stop(cause: StopCause, cleanup = false): void {
    if (this.#stop) return;
    this.#stop = { cause, cleanup };
    this.state = STATE[cause];
    this.#script?.kill();
  }

  /** Runs the job to its end. Never throws: what goes wrong is the job's result. */
  async run(): Promise<BuildResult> {
    const timeout = (this.job.runner_info?.timeout ?? 3600) * 1000;
    const timer = setTimeout(() => this.stop('timeout', true), Math.min(timeout, 2 ** 31 - 1));
    try {
      return this.#conclude(await this.#stages());
    } catch (error) {
      this.#trace.line(
        'runner',
        `\u001b[31;1mERROR: Job failed (system failure): ${String(error)}\u001b[0;m`,
      );
      return { state: 'failed', reason: 'runner_system_failure' };
    } finally {
      clearTimeout(timer);
    }
  }

  async #stages(): Promise<number> {
    const trace = this.#trace;
    trace.line('runner', `\u001b[0KRunning with gitlab-runner ${VERSION} (${REVISION})\u001b[0;m`);
    const { name, token } = this.section;
    trace.line(
      'runner',
      `\u001b[0K  on ${name} ${shortToken(token)}, system ID: ${this.#systemId}\u001b[0;m`,
    );
    this.#section('prepare_executor', 'Preparing the "shell" executor', () =>
      trace.line('runner', '\u001b[0KUsing Shell (bash) executor...\u001b[0;m'),
    );
    const projectDir = projectDirectory(this.#buildsDir, this.section, this.slot, this.job);
    this.#section('prepare_script', 'Preparing environment', () => {
      makeDirectoryOf(this.#user, projectDir);
      trace.line('stdout', `Running on ${hostname()}...`);
    });
    this.#section('get_sources', 'Getting source from Git repository', () => {
      for (const part of ['Git repository setup', 'Git checkout', 'Git submodules setup'])
        trace.line('stdout', `\u001b[32;1mSkipping ${part}\u001b[0;m`);
    });
    const code = this.#stop ? 0 : await this.#steps(projectDir);
    if (!this.#stop || this.#stop.cleanup)
      this.#section(
        'cleanup_file_variables',
        'Cleaning up project directory and file based variables',
        () => {},
      );
    return code;
  }

  async #steps(projectDir: string): Promise<number> {
    const env = jobEnvironment({
      section: this.section,
      job: this.job,
      buildsDir: this.#buildsDir,
      projectDir,
      slot: this.slot,
      from: this.#user === null ? process.env : { ...process.env, HOME: this.#user.home },
    });
    for (const step of this.job.steps ?? []) {
      const stage = step.name === 'after_script' ? step.name : `step_${step.name}`;
      this.#open(stage, `Executing "${stage}" stage of the job script`);
      this.#script = new ScriptProcess(renderScript(step.script), {
        cwd: projectDir,
        env,
        user: this.#user,
        trace: this.#trace,
      });
      const end = await this.#script.ended;
      this.#script = null;
      this.#close(stage);
      if (end.error) throw end.error;
      if (this.#stop) return 0;
      if (end.code !== 0) return end.code ?? 1;
    }
    return 0;
  }

  #conclude(exitCode: number): BuildResult {
    const failed = (text: string) =>
      this.#trace.line('runner', `\u001b[31;1mERROR: Job failed: ${text}\u001b[0;m`, false);
    switch (this.#stop?.cause) {
      case 'canceled':
        failed('canceled');
        return { state: 'failed', reason: 'job_canceled' };
      case 'terminated':
      case 'interrupt':
        failed(`aborted: ${this.#stop.cause}`);
        return { state: 'failed', reason: 'runner_interrupted' };
      case 'timeout':
        failed(`execution took longer than ${this.job.runner_info?.timeout ?? 3600}s seconds`);
        return { state: 'failed', reason: 'job_execution_timeout' };
      default:
        if (exitCode !== 0) {
          failed(`exit status ${exitCode}`);
          return { state: 'failed', reason: 'script_failure', exitCode };
        }
        this.#trace.line('runner', '\u001b[32;1mJob succeeded\u001b[0;m', false);
        return { state: 'success' };
    }
  }

  #section(stage: string, title: string, body: () => void): void {
    this.#open(stage, title);
    body();
    this.#close(stage);
  }

  #open(stage: string, title: string): void {
    this.stage = stage;
    const seconds = Math.floor(Date.now() / 1000);
    this.#trace.line('runner', `section_start:${seconds}:${stage}\r\u001b[0K`);
    this.#trace.line('runner', `\u001b[0K\u001b[36;1m${title}\u001b[0;m\u001b[0;m`);
  }

  #close(stage: string): void {
    this.#trace.line('runner', `section_end:${Math.floor(Date.now() / 1000)}:${stage}\r\u001b[0K`);
  }
}
