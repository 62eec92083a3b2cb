import type { Clock } from '../../clock.ts';
import type { Faults } from '../faults.ts';
import { type HttpRequest, type HttpService, type OpenPort, type Reply, type Route, serve } from '../http.ts';
import type { EventLog } from '../log.ts';
import { createRunner, listRunners, oneRunner, registerRunner } from './admin-api.ts';
import { countJobs, type JobCounts } from './counts.ts';
import { patchTrace, updateJob } from './job-api.ts';
import type { NewJob, NewRunner, SandboxJob, SandboxRunner } from './model.ts';
import { bodyOf, json, refuse } from './replies.ts';
import {
  deleteManager,
  deleteRunner,
  type RunnerApiOptions,
  requestJob,
  resetToken,
  verify,
} from './runner-api.ts';
import { GitlabState } from './state.ts';

export interface GitlabOptions {
  clock: Clock;
  log: EventLog;
  faults: Faults;
  /** The PRIVATE-TOKEN of the administration; a random one where none is given. */
  apiToken?: string;
  /** The registration token that POST runners takes; without one registration tokens are switched off (410). */
  registrationToken?: string;
  /** How long jobs/request is held open without a job, in ms. Default 0. */
  longPoll?: number;
  /** What the server asks of trace updates, in s. Default 3. */
  updateInterval?: number;
  /** How long a job may stay unconfirmed before it goes back to the queue, in ms. Default 2 min. */
  acknowledgeLimit?: number;
  /** How long a running job may be silent before it is dropped, and counts as lost, in ms. Default 1 h. */
  silenceLimit?: number;
  /** The instance behind a runner manager: faults and log entries go by it. */
  instanceOf?: (systemId: string) => string | undefined;
}

/** The sandbox's GitLab: a job queue, runners with their managers, and the part of the API that runners use. */
export interface GitlabServer {
  readonly url: string;
  readonly apiToken: string;
  readonly jobs: readonly SandboxJob[];
  readonly runners: readonly SandboxRunner[];
  addRunner(options?: NewRunner): SandboxRunner;
  deleteRunner(id: number): void;
  addJob(options: NewJob): SandboxJob;
  /** How the jobs went so far. */
  counts(): JobCounts;
  /** The runner process with this system id, or its instance, has gone: gives its jobs that are lost with it. */
  managerGone(systemId: string): SandboxJob[];
  start(port?: number, open?: OpenPort): Promise<void>;
  close(): Promise<void>;
}

interface Endpoint extends Route {
  answer(request: HttpRequest): Reply | Promise<Reply>;
}

/** Makes the server; `start` opens its port. */
export function createGitlab(options: GitlabOptions): GitlabServer {
  const state = new GitlabState(options.clock, options.log, {
    ...(options.apiToken === undefined ? {} : { apiToken: options.apiToken }),
    ...(options.acknowledgeLimit === undefined ? {} : { acknowledge: options.acknowledgeLimit }),
    ...(options.silenceLimit === undefined ? {} : { silence: options.silenceLimit }),
  });
  let service: HttpService | null = null;
  const waiting = new Set<() => void>();
  const runnerApi: RunnerApiOptions = {
    state,
    longPoll: options.longPoll ?? 0,
    url: () => service?.url ?? '',
    jobArrives: (signal) =>
      new Promise((resolve) => {
        const end = () => {
          waiting.delete(end);
          resolve();
        };
        waiting.add(end);
        signal.addEventListener('abort', end, { once: true });
      }),
  };
  const jobApi = { state, updateInterval: options.updateInterval ?? 3 };

  const find = (request: HttpRequest): Endpoint => {
    const path = request.path.replace(/^\/api\/v4\//, '');
    const call = `${request.method} ${path}`;
    const { system_id: systemId } = bodyOf(request);
    const endpoint = (operation: string, mutating: boolean, answer: Endpoint['answer'], params = {}) => ({
      operation,
      mutating,
      params: typeof systemId === 'string' ? { ...params, systemId } : params,
      answer,
    });
    switch (call) {
      case 'POST runners/verify':
        return endpoint('verifyRunner', true, (r) => verify(runnerApi, r));
      case 'DELETE runners/managers':
        return endpoint('deleteManager', true, (r) => deleteManager(runnerApi, r));
      case 'DELETE runners':
        return endpoint('deleteRunner', true, (r) => deleteRunner(runnerApi, r));
      case 'POST runners':
        return endpoint('registerRunner', true, (r) => registerRunner(state, options.registrationToken, r));
      case 'POST runners/reset_authentication_token':
        return endpoint('resetToken', true, (r) => resetToken(runnerApi, r));
      case 'POST jobs/request':
        return endpoint('requestJob', true, (r) => requestJob(runnerApi, r));
      case 'POST user/runners':
        return endpoint('createRunner', true, (r) => createRunner(state, r));
      case 'GET runners/all':
      case 'GET runners':
        return endpoint('listRunners', false, (r) => listRunners(state, r));
      case 'GET version':
        return endpoint('version', false, (r) =>
          r.headers['private-token'] === state.apiToken
            ? json(200, { version: '18.5.0', revision: 'sandbox' })
            : refuse(401, 'Unauthorized'),
        );
    }
    const job = /^(PUT|PATCH) jobs\/(\d+)(\/trace)?$/.exec(call);
    if (job !== null) {
      const id = Number(job[2]);
      return job[3] === undefined
        ? endpoint('updateJob', true, (r) => updateJob(jobApi, r, id), { id })
        : endpoint('patchTrace', true, (r) => patchTrace(jobApi, r, id), { id });
    }
    const owned = /^GET (group|project)s\/(\d+)\/runners$/.exec(call);
    if (owned !== null) {
      const owner = { kind: owned[1] === 'group' ? 'group' : 'project', id: Number(owned[2]) } as const;
      return endpoint('listRunners', false, (r) => listRunners(state, r, owner), owner);
    }
    const runner = /^(GET|PUT|DELETE) runners\/(\d+)(?:\/(managers|jobs))?$/.exec(call);
    if (runner !== null) {
      const mutating = runner[1] !== 'GET';
      const operation = mutating ? `${runner[1] === 'PUT' ? 'update' : 'delete'}RunnerById` : 'readRunner';
      const id = Number(runner[2]);
      return endpoint(operation, mutating, (r) => oneRunner(state, r, id, runner[3]), { id });
    }
    return endpoint('unknown', false, () => refuse(404, 'Not found'), { path });
  };

  /** The instance whose runner speaks: by the system id, or by the job that it holds. */
  const speaker = (request: HttpRequest): { instanceId?: string } => {
    const { system_id, token } = bodyOf(request);
    const jobToken = request.headers['job-token'] ?? token;
    const systemId = system_id ?? state.jobs.find((job) => job.token === jobToken)?.systemId;
    const instanceId = typeof systemId === 'string' ? options.instanceOf?.(systemId) : undefined;
    return instanceId === undefined ? {} : { instanceId };
  };

  return {
    get url() {
      if (service === null) throw new Error('the sandbox’s GitLab has not been started');
      return service.url;
    },
    apiToken: state.apiToken,
    jobs: state.jobs,
    get runners() {
      return [...state.runners.values()];
    },
    addRunner: (runner) => state.addRunner(runner),
    deleteRunner(id) {
      const runner = state.runners.get(id);
      if (runner !== undefined) state.deleteRunner(runner);
    },
    addJob(job) {
      const added = state.addJob(job);
      for (const wake of [...waiting]) wake();
      return added;
    },
    counts() {
      state.review();
      return countJobs(state.jobs);
    },
    managerGone: (systemId) => state.managerGone(systemId),
    async start(port, open) {
      service = await serve({
        service: 'gitlab',
        faults: options.faults,
        log: options.log,
        route: (request) => ({ ...find(request), ...speaker(request) }),
        handle: (request) => find(request).answer(request),
        ...(port === undefined ? {} : { port }),
        ...(open && { open }),
      });
    },
    async close() {
      for (const wake of [...waiting]) wake();
      await service?.close();
    },
  };
}
