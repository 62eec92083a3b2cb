import type { HttpRequest, Reply } from '../http.ts';
import type { SandboxJob, SandboxRunner } from './model.ts';
import { bodyOf, json, noContent, refuse } from './replies.ts';
import type { GitlabState } from './state.ts';

/** The calls that a runner makes as itself (GitLab's lib/api/ci/runner.rb). */
export interface RunnerApiOptions {
  state: GitlabState;
  /** How long jobs/request is held open when no job is there, in ms; 0: answered at once. */
  longPoll: number;
  /** Resolves when a job has arrived, or the signal aborts. */
  jobArrives(signal: AbortSignal): Promise<void>;
  /** Origin of this server, for links in jobs. */
  url(): string;
}

const tokenOf = (request: HttpRequest): unknown => bodyOf(request).token ?? request.headers['runner-token'];

const credentials = (runner: SandboxRunner) => ({
  id: runner.id,
  token: runner.token,
  token_expires_at: runner.tokenExpiresAt === null ? null : new Date(runner.tokenExpiresAt).toISOString(),
});

/** POST runners/verify: a known token creates the runner manager. */
export function verify({ state }: RunnerApiOptions, request: HttpRequest): Reply {
  const runner = state.runnerByToken(tokenOf(request));
  if (runner === undefined) return refuse(403, 'Forbidden - invalid token');
  const { system_id: systemId } = bodyOf(request);
  if (typeof systemId === 'string' && systemId !== '') state.contact(runner, systemId);
  return json(200, credentials(runner));
}

/** DELETE runners/managers: only the manager with this system id goes. */
export function deleteManager({ state }: RunnerApiOptions, request: HttpRequest): Reply {
  const runner = state.runnerByToken(tokenOf(request));
  if (runner === undefined) return refuse(403, 'Forbidden');
  const { system_id: systemId } = bodyOf(request);
  if (typeof systemId !== 'string') return refuse(400, 'Bad request - system_id is missing');
  return state.deleteManager(runner, systemId) ? noContent() : refuse(404, 'Not found');
}

/** DELETE runners: the whole runner, for every host that shares its token. */
export function deleteRunner({ state }: RunnerApiOptions, request: HttpRequest): Reply {
  const runner = state.runnerByToken(tokenOf(request));
  if (runner === undefined) return refuse(403, 'Forbidden');
  state.deleteRunner(runner);
  return noContent();
}

/** POST runners/reset_authentication_token: the old token stops working. */
export function resetToken({ state }: RunnerApiOptions, request: HttpRequest): Reply {
  const runner = state.runnerByToken(tokenOf(request));
  if (runner === undefined) return refuse(403, 'Forbidden');
  state.resetToken(runner);
  return json(201, credentials(runner));
}

/** POST jobs/request: the oldest pending job, or 204. */
export async function requestJob(options: RunnerApiOptions, request: HttpRequest): Promise<Reply> {
  const { state } = options;
  const runner = state.runnerByToken(tokenOf(request));
  if (runner === undefined) return refuse(403, 'Forbidden');
  const systemId = String(bodyOf(request).system_id ?? '');
  if (systemId !== '') state.contact(runner, systemId);
  const nothing = () => noContent({ 'x-gitlab-last-update': state.lastUpdate });
  if (runner.paused) return nothing();
  let job = state.assign(runner, systemId);
  if (job === null && options.longPoll > 0) {
    await options.jobArrives(AbortSignal.any([request.signal, AbortSignal.timeout(options.longPoll)]));
    if (request.signal.aborted) return nothing();
    if (!state.runners.has(runner.id)) return refuse(403, 'Forbidden');
    if (runner.paused) return nothing();
    job = state.assign(runner, systemId);
  }
  return job === null ? nothing() : json(201, payload(job, options.url()));
}

/** The smallest job that a real runner accepts; GIT_STRATEGY none needs no repository. */
function payload(job: SandboxJob, url: string) {
  return {
    id: job.id,
    token: job.token,
    allow_git_fetch: false,
    job_info: {
      name: `job-${job.id}`,
      stage: 'test',
      pipeline_id: 1,
      project_id: 1,
      project_name: 'demo',
      time_in_queue_seconds: 1,
    },
    git_info: {
      repo_url: `${url}/demo/demo.git`,
      ref: 'main',
      sha: '0',
      before_sha: '0',
      ref_type: 'branch',
      refspecs: [],
    },
    runner_info: { timeout: job.timeout },
    variables: [{ key: 'GIT_STRATEGY', value: 'none', public: true }, ...job.variables],
    steps: [{ name: 'script', script: job.script, timeout: job.timeout, when: 'on_success' }],
    features: {
      trace_sections: true,
      failure_reasons: [
        'script_failure',
        'runner_system_failure',
        'job_execution_timeout',
        'job_canceled',
        'runner_interrupted',
      ],
    },
  };
}
