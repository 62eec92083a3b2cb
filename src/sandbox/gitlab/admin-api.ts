import type { HttpRequest, Reply } from '../http.ts';
import type { SandboxRunner } from './model.ts';
import { bodyOf, json, noContent, refuse } from './replies.ts';
import type { GitlabState } from './state.ts';

/** GitLab's Runners and Users API, with the sandbox's one PRIVATE-TOKEN. */
const PAGE = 20;

/** GitLab calls a runner manager online for two hours after it was last in contact (ms). */
const ONLINE = 7_200_000;

const isAllowed = (state: GitlabState, request: HttpRequest) =>
  request.headers['private-token'] === state.apiToken;

const shown = (runner: SandboxRunner) => ({
  id: runner.id,
  description: runner.description,
  paused: runner.paused,
  active: !runner.paused,
  runner_type: runner.runnerType,
  tag_list: runner.tags,
  status: runner.managers.size > 0 ? 'online' : 'never_contacted',
});

/** POST /user/runners: the token is shown this once. */
export function createRunner(state: GitlabState, request: HttpRequest): Reply {
  if (!isAllowed(state, request)) return refuse(401, 'Unauthorized');
  const body = bodyOf(request);
  if (!/^(instance|group|project)_type$/.test(String(body.runner_type ?? ''))) {
    return json(400, { error: 'runner_type does not have a valid value' });
  }
  const runner = state.addRunner({
    description: String(body.description ?? ''),
    paused: isTrue(body.paused),
    runnerType: String(body.runner_type),
    ownerId: Number(body.group_id ?? body.project_id) || null,
    tags: tagsOf(body.tag_list),
  });
  return json(201, { id: runner.id, token: runner.token, token_expires_at: null });
}

/** POST runners, with a registration token: 410 where such tokens are switched off, as they are since 17.0. */
export function registerRunner(state: GitlabState, taken: string | undefined, request: HttpRequest): Reply {
  if (taken === undefined) return refuse(410, 'Gone');
  const body = bodyOf(request);
  if (body.token !== taken) return refuse(403, 'Forbidden - invalid token supplied');
  const runner = state.addRunner({
    description: String(body.description ?? ''),
    paused: isTrue(body.paused),
    tags: tagsOf(body.tag_list),
  });
  return json(201, { id: runner.id, token: runner.token, token_expires_at: null });
}

const isTrue = (value: unknown): boolean => value === true || value === 'true';

const tagsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value.map(String) : String(value ?? '').split(','))
    .map((tag) => tag.trim())
    .filter(Boolean);

/** Whether a runner passes the filters type, status, paused and tag_list of a listing. */
function passes(query: URLSearchParams, runner: ReturnType<typeof shown>): boolean {
  const is = (name: string, value: string) => (query.get(name) ?? value) === value;
  return (
    is('type', runner.runner_type) &&
    is('status', runner.status) &&
    is('paused', String(runner.paused)) &&
    tagsOf(query.get('tag_list')).every((tag) => runner.tag_list.includes(tag))
  );
}

/** Whose runners a listing gives: `groups` or `projects`, and which one. */
export interface Owner {
  kind: 'group' | 'project';
  id: number;
}

/** GET /runners/all, or those of one group or project, a page of at most 100 */
export function listRunners(state: GitlabState, request: HttpRequest, owner?: Owner): Reply {
  if (!isAllowed(state, request)) return refuse(401, 'Unauthorized');
  const page = Math.max(1, Number(request.query.get('page') ?? 1));
  const size = Math.min(100, Number(request.query.get('per_page') ?? PAGE));
  const all = [...state.runners.values()]
    .filter(
      ({ runnerType, ownerId }) => !owner || (runnerType === `${owner.kind}_type` && ownerId === owner.id),
    )
    .map(shown)
    .filter((runner) => passes(request.query, runner));
  const pages = Math.max(1, Math.ceil(all.length / size));
  return json(200, all.slice((page - 1) * size, page * size), {
    'x-page': String(page),
    'x-total': String(all.length),
    'x-total-pages': String(pages),
    'x-next-page': page < pages ? String(page + 1) : '',
  });
}

/** GET, PUT, DELETE /runners/:id and GET /runners/:id/{managers,jobs} */
export function oneRunner(
  state: GitlabState,
  request: HttpRequest,
  id: number,
  part: string | undefined,
): Reply {
  if (!isAllowed(state, request)) return refuse(401, 'Unauthorized');
  const runner = state.runners.get(id);
  if (runner === undefined) return refuse(404, 'Not found');
  if (part === 'managers') return json(200, managers(state, runner));
  if (part === 'jobs') return json(200, jobs(state, request, runner));
  if (request.method === 'DELETE') {
    state.deleteRunner(runner);
    return noContent();
  }
  if (request.method === 'PUT') {
    const { paused, active, description } = bodyOf(request);
    // `active` is the older name of the opposite.
    if (active !== undefined) runner.paused = !isTrue(active);
    if (paused !== undefined) runner.paused = isTrue(paused);
    if (typeof description === 'string') runner.description = description;
  }
  return json(200, shown(runner));
}

function managers(state: GitlabState, runner: SandboxRunner) {
  return [...runner.managers.values()].map((manager) => ({
    id: manager.id,
    system_id: manager.systemId,
    created_at: new Date(manager.createdAt).toISOString(),
    contacted_at: new Date(manager.contactedAt).toISOString(),
    ip_address: '127.0.0.1',
    status: state.clock.wall() - manager.contactedAt < ONLINE ? 'online' : 'offline',
    job_execution_status: state.jobs.some(
      (job) => job.systemId === manager.systemId && job.state === 'running',
    )
      ? 'active'
      : 'idle',
  }));
}

function jobs(state: GitlabState, request: HttpRequest, runner: SandboxRunner) {
  const status = request.query.get('status');
  const systemId = request.query.get('system_id');
  return state.jobs
    .filter((job) => job.runnerId === runner.id)
    .filter(
      (job) => (status === null || job.state === status) && (systemId === null || job.systemId === systemId),
    )
    .map((job) => ({ id: job.id, status: job.state, name: `job-${job.id}` }));
}
