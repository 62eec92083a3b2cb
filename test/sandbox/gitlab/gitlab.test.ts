import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Faults } from '../../../src/sandbox/faults.ts';
import { createGitlab, type GitlabServer } from '../../../src/sandbox/gitlab/gitlab.ts';
import { EventLog } from '../../../src/sandbox/log.ts';
import { createVirtualClock, type VirtualClock } from '../../support/virtual-clock.ts';

const SYSTEM = 's_0123456789ab';
let clock: VirtualClock;
let log: EventLog;
let gitlab: GitlabServer;

const start = async (longPoll = 0) => {
  clock = createVirtualClock(1_700_000_000_000);
  log = new EventLog(clock);
  gitlab = createGitlab({
    clock,
    log,
    faults: new Faults(),
    longPoll,
    instanceOf: (systemId) => (systemId === SYSTEM ? 'i-1' : undefined),
  });
  await gitlab.start();
};
beforeEach(() => start());
afterEach(() => gitlab.close());

const call = async (
  method: string,
  path: string,
  body?: object | string,
  headers: Record<string, string> = {},
) => {
  const response = await fetch(`${gitlab.url}/api/v4/${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') && text ? JSON.parse(text) : null;
  return { status: response.status, headers: response.headers, json };
};
const admin = (method: string, path: string, body?: object) =>
  call(method, path, body, { 'private-token': gitlab.apiToken });
const request = (token: string, systemId = SYSTEM) =>
  call('POST', 'jobs/request', { token, system_id: systemId });
const put = (job: { id: number; token: string }, state: string, more: object = {}) =>
  call('PUT', `jobs/${job.id}`, { token: job.token, state, ...more }, { 'job-token': job.token });

describe('runner managers', () => {
  test('are created by verify and deleted one by one: 204, 404, 400, 403', async () => {
    const runner = gitlab.addRunner();
    const { token } = runner;
    expect((await call('POST', 'runners/verify', { token, system_id: SYSTEM })).json).toEqual({
      id: runner.id,
      token,
      token_expires_at: null,
    });
    const remove = (body: object) => call('DELETE', 'runners/managers', body).then(({ status }) => status);
    expect(await remove({ token })).toBe(400);
    expect(await remove({ token, system_id: SYSTEM })).toBe(204);
    expect(await remove({ token, system_id: SYSTEM })).toBe(404);
    expect(await remove({ token: 'glrt-wrong', system_id: SYSTEM })).toBe(403);
    expect(gitlab.runners).toContain(runner);
    expect((await call('POST', 'runners/verify', { token: 'glrt-wrong', system_id: SYSTEM })).status).toBe(
      403,
    );
  });

  test('go with their runner', async () => {
    const { token } = gitlab.addRunner();
    expect((await call('DELETE', 'runners', { token })).status).toBe(204);
    expect((await request(token)).status).toBe(403);
    expect(gitlab.runners).toEqual([]);
  });

  test('name their instance in the event log, and no token is in it', async () => {
    const { token } = gitlab.addRunner();
    await request(token);
    const entry = log.entries.find(({ operation }) => operation === 'requestJob');
    expect(entry).toMatchObject({ instanceId: 'i-1', status: 204 });
    expect(JSON.stringify(log.entries)).not.toContain(token);
  });
});

describe('tokens', () => {
  test('a reset gives a new one and stops the old', async () => {
    const { token } = gitlab.addRunner({ tokenLifetime: 60_000 });
    const { status, json } = await call('POST', 'runners/reset_authentication_token', { token });
    expect(status).toBe(201);
    expect(Date.parse(json.token_expires_at)).toBe(clock.wall() + 60_000);
    expect((await request(token)).status).toBe(403);
    expect((await request(json.token)).status).toBe(204);
    await clock.advance(60_000);
    expect((await request(json.token)).status).toBe(403);
  });

  test('registration tokens are gone (410)', async () => {
    expect((await call('POST', 'runners', { token: 'GR1348941old' })).status).toBe(410);
  });
});

describe('jobs', () => {
  test('none: 204 with X-GitLab-Last-Update, also while the runner is paused', async () => {
    const runner = gitlab.addRunner();
    const empty = await request(runner.token);
    expect([empty.status, empty.headers.get('x-gitlab-last-update')]).toEqual([
      204,
      expect.stringMatching(/\w+/),
    ]);
    gitlab.addJob({ script: ['true'] });
    runner.paused = true;
    expect((await request(runner.token)).status).toBe(204);
  });

  test('an unconfirmed one goes back to the queue after two minutes, and its first runner is refused', async () => {
    const { token } = gitlab.addRunner();
    gitlab.addJob({ script: ['true'] });
    const first = (await request(token)).json;
    await clock.advance(119_000);
    expect((await request(token, 's_other0000000')).status).toBe(204);
    await clock.advance(1_000);
    const second = (await request(token, 's_other0000000')).json;
    expect(second.id).toBe(first.id);
    expect((await put(first, 'running')).status).toBe(403);
    expect((await put(second, 'running')).status).toBe(200);
    expect(gitlab.jobs[0]).toMatchObject({ state: 'running', attempts: 2 });
  });

  test('take their log in order; 416 names the offset to go on from', async () => {
    const { token } = gitlab.addRunner();
    gitlab.addJob({ script: ['true'] });
    const job = (await request(token)).json;
    await put(job, 'running');
    const patch = (range: string, text: string) =>
      call('PATCH', `jobs/${job.id}/trace`, text, {
        'content-type': 'text/plain',
        'content-range': range,
        'job-token': job.token,
      });
    expect((await patch('0-4', 'hello')).status).toBe(202);
    const again = await patch('0-4', 'hello');
    expect([again.status, again.headers.get('range')]).toEqual([416, '0-5']);
    const more = await patch('5-6', '!\n');
    expect([more.headers.get('range'), more.headers.get('job-status')]).toEqual(['0-7', 'running']);
    const [kept] = gitlab.jobs;
    if (kept) kept.control = 'canceling';
    expect((await put(job, 'running')).headers.get('job-status')).toBe('canceling');
  });

  test('are held until one arrives when the server long-polls', async () => {
    await gitlab.close();
    await start(10_000);
    const held = request(gitlab.addRunner().token);
    await log.waitFor((entry) => entry.subject === 'manager', 5_000);
    const { id } = gitlab.addJob({ script: ['true'] });
    expect((await held).json.id).toBe(id);
  });
});

describe('the counts', () => {
  test('tell finished, failed, interrupted and lost jobs apart', async () => {
    const { token } = gitlab.addRunner();
    const take = async () => {
      gitlab.addJob({ script: ['true'] });
      const job = (await request(token)).json;
      await put(job, 'running');
      return job;
    };
    await put(await take(), 'success');
    await put(await take(), 'failed', { failure_reason: 'script_failure', exit_code: 1 });
    await put(await take(), 'failed', { failure_reason: 'runner_interrupted' });
    const gone = await take();
    expect(gitlab.counts()).toMatchObject({ finished: 1, failed: 1, interrupted: 1, running: 1, lost: 0 });
    expect(gitlab.managerGone(SYSTEM).map(({ id }) => id)).toEqual([gone.id]);
    expect(gitlab.counts()).toMatchObject({ finished: 1, failed: 1, interrupted: 1, running: 0, lost: 1 });
  });

  test('a job that nobody speaks for is dropped after an hour, as lost', async () => {
    const { token } = gitlab.addRunner();
    gitlab.addJob({ script: ['true'] });
    await put((await request(token)).json, 'running');
    await clock.advance(3_599_000);
    expect(gitlab.counts()).toMatchObject({ running: 1 });
    await clock.advance(1_000);
    expect(gitlab.counts()).toMatchObject({ running: 0, lost: 1 });
    expect(gitlab.jobs[0]?.failureReason).toBe('stuck_or_timeout_failure');
  });

  test('an unconfirmed job is not lost with its runner', async () => {
    const { token } = gitlab.addRunner();
    gitlab.addJob({ script: ['true'] });
    await request(token);
    expect(gitlab.managerGone(SYSTEM)).toEqual([]);
    expect(gitlab.counts()).toMatchObject({ waiting: 1, lost: 0 });
  });
});

describe('the admin API', () => {
  test('needs its token', async () => {
    for (const path of ['runners/all', 'runners/1', 'runners/1/managers'])
      expect((await call('GET', path)).status).toBe(401);
    expect((await call('POST', 'user/runners', { runner_type: 'instance_type' })).status).toBe(401);
  });

  test('creates a runner, pauses it, lists its managers and jobs, deletes it', async () => {
    const created = await admin('POST', 'user/runners', { runner_type: 'instance_type', tag_list: 'a, b' });
    expect(created).toMatchObject({ status: 201, json: { token: expect.stringMatching(/^glrt-/) } });
    const { id, token } = created.json;
    gitlab.addJob({ script: ['true'] });
    await put((await request(token)).json, 'running');
    expect((await admin('GET', `runners/${id}`)).json).toMatchObject({
      id,
      paused: false,
      tag_list: ['a', 'b'],
    });
    expect((await admin('GET', `runners/${id}/managers`)).json).toMatchObject([
      { system_id: SYSTEM, job_execution_status: 'active' },
    ]);
    expect((await admin('GET', `runners/${id}/jobs?status=running&system_id=${SYSTEM}`)).json).toHaveLength(
      1,
    );
    expect((await admin('PUT', `runners/${id}`, { paused: true })).json).toMatchObject({ paused: true });
    expect((await admin('GET', 'runners/all?paused=true')).json).toHaveLength(1);
    expect((await admin('GET', 'runners/all?paused=false')).json).toEqual([]);
    expect((await admin('DELETE', `runners/${id}`)).status).toBe(204);
    expect((await admin('GET', `runners/${id}`)).status).toBe(404);
  });

  test('lists the runners of one group or project', async () => {
    const { json: created } = await admin('POST', 'user/runners', { runner_type: 'group_type', group_id: 7 });
    await admin('POST', 'user/runners', { runner_type: 'project_type', project_id: 7 });
    await admin('POST', 'user/runners', { runner_type: 'instance_type' });
    expect((await admin('GET', 'groups/7/runners')).json).toMatchObject([{ id: created.id }]);
    expect((await admin('GET', 'projects/7/runners')).json).toHaveLength(1);
    expect((await admin('GET', 'groups/8/runners')).json).toEqual([]);
    expect((await call('GET', 'groups/7/runners')).status).toBe(401);
  });

  test('calls a manager offline two hours after it was last in contact', async () => {
    const runner = gitlab.addRunner();
    await request(runner.token);
    const managers = () => admin('GET', `runners/${runner.id}/managers`);
    expect((await managers()).json).toMatchObject([{ status: 'online', ip_address: '127.0.0.1' }]);
    await clock.advance(7_200_000);
    expect((await managers()).json).toMatchObject([{ status: 'offline' }]);
  });

  test('lists in pages of twenty', async () => {
    for (let index = 0; index < 21; index += 1) gitlab.addRunner();
    const first = await admin('GET', 'runners/all');
    expect([first.json.length, first.headers.get('x-next-page')]).toEqual([20, '2']);
    expect((await admin('GET', 'runners/all?page=2')).json).toHaveLength(1);
  });
});
