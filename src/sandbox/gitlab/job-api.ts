import type { HttpRequest, Reply } from '../http.ts';
import type { SandboxJob } from './model.ts';
import { bodyOf, json, refuse } from './replies.ts';
import type { GitlabState } from './state.ts';

/** The calls that a runner makes for one job. `updateInterval` (s) is what the server asks of trace updates. */
export interface JobApiOptions {
  state: GitlabState;
  updateInterval: number;
}

/** The job, if it is this runner's to report on. One that is over takes no more updates; the runner then aborts. */
function find(options: JobApiOptions, request: HttpRequest, id: number): SandboxJob | Reply {
  const job = options.state.jobs.find((candidate) => candidate.id === id);
  if (job === undefined) return refuse(404, 'Not found');
  const token = request.headers['job-token'] ?? bodyOf(request).token;
  if (token !== job.token) return refuse(403, 'Forbidden');
  // Back in the queue after its first runner did not confirm it, or over.
  if (job.state !== 'assigned' && job.state !== 'running') {
    return { ...refuse(403, 'Forbidden - job is not running'), headers: { 'job-status': job.state } };
  }
  job.updatedAt = options.state.clock.wall();
  job.lostAt = null;
  return job;
}

/** `control` counts while the job runs; then the job is what its runner said last. */
function statusOf({ state, control }: SandboxJob): string {
  if (state !== 'assigned' && state !== 'running') return state;
  return control ?? (state === 'assigned' ? 'pending' : state);
}

const headersOf = ({ updateInterval }: JobApiOptions, job: SandboxJob) => ({
  'job-status': statusOf(job),
  'x-gitlab-trace-update-interval': String(updateInterval),
});

/** PUT jobs/:id */
export function updateJob(options: JobApiOptions, request: HttpRequest, id: number): Reply {
  const job = find(options, request, id);
  if ('status' in job) return job;
  const { state } = options;
  const body = bodyOf(request);
  const now = state.clock.wall();
  if (body.state === 'running' || body.state === 'pending') {
    state.setJob(job, 'running', { startedAt: job.startedAt ?? now });
  } else if (body.state === 'success' || body.state === 'failed') {
    const reason = body.state === 'failed' ? String(body.failure_reason ?? 'unknown_failure') : null;
    const { token: _token, info: _info, ...finalUpdate } = body;
    state.setJob(job, body.state, { finishedAt: now, failureReason: reason, finalUpdate });
  } else {
    return refuse(400, 'Bad request - state');
  }
  return json(200, '200', headersOf(options, job));
}

/** PATCH jobs/:id/trace with an inclusive Content-Range; 416 names where to go on. */
export function patchTrace(options: JobApiOptions, request: HttpRequest, id: number): Reply {
  const job = find(options, request, id);
  if ('status' in job) return job;
  const range = /^(\d+)-(\d+)$/.exec(String(request.headers['content-range'] ?? ''));
  if (range === null) return refuse(400, 'Bad request - Content-Range');
  if (Number(range[1]) !== job.trace.length) {
    return { status: 416, headers: { range: `0-${job.trace.length}` }, body: '' };
  }
  job.trace = Buffer.concat([job.trace, request.body]);
  return {
    status: 202,
    headers: {
      'content-type': 'application/json',
      ...headersOf(options, job),
      range: `0-${job.trace.length}`,
    },
    body: '0',
  };
}
