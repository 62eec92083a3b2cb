import { request as open } from 'node:http';
import type { SandboxJob } from '../../../src/sandbox/gitlab/model.ts';
import type { World } from '../../sandbox/runner/world.ts';
import { common, type Exchange } from './recordings.ts';
import { SYSTEM_ID, TOKENS } from './stage.ts';

export const REGISTRATION_TOKEN = 'GR1348941EXAMPLE';
/** ms */
export const LONG_POLL = 300;

export type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: string };

const operations: Record<string, string> = {
  'POST jobs/request': 'requestJob',
  'POST runners/verify': 'verifyRunner',
  'POST runners': 'registerRunner',
  'DELETE runners/managers': 'deleteManager',
  'DELETE runners': 'deleteRunner',
};
const operationOf = (call: string) =>
  operations[call] ?? (call.startsWith('PUT') ? 'updateJob' : 'patchTrace');

/** One recorded situation on a GitLab of the sandbox. */
export class Replay {
  readonly world: World;
  /** The sandbox's job for each recorded one. */
  readonly jobs = new Map<number, SandboxJob>();
  readonly tokens = new Map<string, string>();

  constructor(world: World) {
    this.world = world;
    for (const token of TOKENS) world.gitlab.addRunner({ token });
  }

  /** Brings about what the recording was answered: by the sandbox's own means, else by an injected fault. */
  async prepare({ request, answer }: Exchange): Promise<void> {
    const { gitlab, faults } = this.world;
    const job = this.jobOf(request.call);
    if (job && !job.finishedAt) {
      const status = answer?.headers['Job-Status'] ?? 'running';
      job.control = /^(canceling|canceled|failed)$/.test(status) ? (status as 'failed') : null;
    }
    if (answer === null) return;
    const { status } = answer;
    if (status === 201 && request.call === 'POST jobs/request') {
      const { id, steps } = answer.body as { id: number; steps: { script: string[] }[] };
      this.jobs.set(id, gitlab.addJob({ script: steps[0]?.script ?? [] }));
    } else if (request.call === 'DELETE runners/managers') {
      await this.#prepareManager(request, status);
    } else if (status >= 400 && status !== 410) {
      const retryAfter = Number(answer.headers['Retry-After']);
      const operation = operationOf(request.call);
      const more = retryAfter > 0 ? { retryAfter } : {};
      faults.add({ service: 'gitlab', operation, kind: 'error', status, times: 1, ...more });
    } else if (status === 202 && request.call.startsWith('PUT')) {
      faults.add({ service: 'gitlab', operation: 'updateJob', kind: 'error', status, times: 1 });
    }
  }

  async #prepareManager({ headers }: Exchange['request'], status: number): Promise<void> {
    const { gitlab, faults } = this.world;
    const token = headers['Runner-Token'] ?? '';
    const known = gitlab.runners.find((runner) => runner.token === token);
    if (status === 403 && known) gitlab.deleteRunner(known.id);
    if (status !== 403 && !known) gitlab.addRunner({ token });
    if (status === 204) await this.send('POST runners/verify', {}, { token, system_id: SYSTEM_ID });
    if (status === 400 || status >= 500) {
      faults.add({ service: 'gitlab', operation: 'deleteManager', kind: 'error', status, times: 1 });
    }
  }

  jobOf(call: string): SandboxJob | undefined {
    return this.jobs.get(Number(/jobs\/(\d+)/.exec(call)?.[1]));
  }

  /** Sends the recorded request, with the ids and tokens of this sandbox in place of the recorded ones. */
  async exchange({ request, answer }: Exchange): Promise<Answer> {
    const job = this.jobOf(request.call);
    const call = request.call.replace(/jobs\/\d+/, `jobs/${job?.id}`);
    const swap = (text: string) =>
      [...this.tokens].reduce((all, [from, to]) => all.replaceAll(from, to), text);
    const headers = JSON.parse(swap(JSON.stringify(request.headers))) as Record<string, string>;
    const body =
      request.body === 'log'
        ? 'x'.repeat(length(headers['Content-Range']))
        : (JSON.parse(swap(JSON.stringify(request.body))) as object);
    if (job) {
      headers['Job-Token'] = job.token;
      if (typeof body === 'object') Object.assign(body, { token: job.token });
    }
    const given = await this.send(call, headers, body, answer === null);
    const { token } = given.body.startsWith('{') ? (JSON.parse(given.body) as { token?: string }) : {};
    const recorded = (answer?.body as { token?: string } | null | undefined)?.token;
    if (token && recorded && answer?.status === 201) this.tokens.set(recorded, token);
    return given;
  }

  send(
    call: string,
    headers: Record<string, string>,
    body: string | object,
    hangUp = false,
  ): Promise<Answer> {
    const [method, path = ''] = call.split(' ');
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const every = { 'User-Agent': common.userAgent, 'Content-Length': Buffer.byteLength(text) };
    return new Promise((resolve, reject) => {
      const sent = open(
        `${this.world.gitlab.url}/api/v4/${path}`,
        { method: method ?? 'GET', headers: { ...every, ...headers } },
        (incoming) => {
          let answer = '';
          incoming.setEncoding('utf8').on('data', (chunk: string) => {
            answer += chunk;
          });
          incoming.on('end', () =>
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: answer }),
          );
        },
      );
      sent.on('error', (error) => (hangUp ? resolve({ status: 0, headers: {}, body: '' }) : reject(error)));
      sent.end(text);
      if (hangUp) setTimeout(() => sent.destroy(), LONG_POLL / 3);
    });
  }
}

const length = (range = '0-0'): number => {
  const [from = 0, to = 0] = range.split('-').map(Number);
  return to - from + 1;
};
