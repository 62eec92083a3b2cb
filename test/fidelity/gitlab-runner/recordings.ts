import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The recordings in test/fidelity/captures/, as its README describes them, with every name resolved. */
const DIRECTORY = join(import.meta.dirname, '..', 'captures');

export interface RecordedRequest {
  /** Method and path below /api/v4/. */
  call: string;
  headers: Record<string, string>;
  body: Record<string, unknown> | 'log';
}

export interface RecordedAnswer {
  status: number;
  headers: Record<string, string>;
  body?: unknown;
}

export interface Exchange {
  request: RecordedRequest;
  /** Null: the runner hung up before it was answered. */
  answer: RecordedAnswer | null;
  /** Seconds for which the answer was held. */
  after: number;
  /** So often in a row. */
  times: number;
  /** In so many calls, of which the others are tries. */
  requests: number;
}

interface Common {
  userAgent: string;
  info: Record<string, unknown>;
  registrationInfo: Record<string, unknown>;
  job: Record<string, unknown> & { steps: object[]; features: object };
  requests: Record<string, RecordedRequest>;
  answers: Record<string, RecordedAnswer>;
}

/** The job of a 201: `common.job` with these. */
interface JobOffer {
  job?: number;
  script?: string[];
  failureReasons?: string[];
  after?: number;
}

interface Line {
  request: string | RecordedRequest;
  answer?: string | (RecordedAnswer & JobOffer);
  range?: string;
  after?: number;
  times?: number;
  requests?: number;
}

const readJson = <T>(name: string): T => JSON.parse(readFileSync(join(DIRECTORY, name), 'utf8')) as T;

export const common = readJson<Common>('common.json');

/** What `failure_reasons` of the recorded jobs' features name, unless a recording says otherwise. */
const FAILURE_REASONS = [
  'script_failure',
  'runner_system_failure',
  'job_execution_timeout',
  'runner_interrupted',
];

/** Every recorded situation. */
export const situations: string[] = readdirSync(DIRECTORY)
  .filter((name) => name.endsWith('.ndjson'))
  .map((name) => name.replace('.ndjson', ''))
  .sort();

/** The exchanges of one situation, in order. One recording begins later: the first poll is put before it. */
export function recording(situation: string): Exchange[] {
  const exchanges = recorded(situation);
  const [first] = exchanges;
  if (first?.request.call !== 'POST jobs/request' || !('last_update' in (first.request.body as object))) {
    return exchanges;
  }
  return [resolve({ request: 'first poll', answer: '204' }), ...exchanges];
}

function recorded(situation: string): Exchange[] {
  return readFileSync(join(DIRECTORY, `${situation}.ndjson`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => resolve(JSON.parse(line) as Line));
}

function resolve(line: Line): Exchange {
  const given = typeof line.request === 'string' ? found(common.requests, line.request) : line.request;
  const { range, times = 1 } = line;
  const request = {
    ...given,
    headers: range === undefined ? given.headers : { 'Content-Range': range, ...given.headers },
    body: given.body === 'log' ? given.body : withInfo(given.body),
  };
  const answer = answerOf(line);
  const after = line.after ?? (typeof line.answer === 'object' ? line.answer.after : undefined) ?? 0;
  return { request, answer, after, times, requests: line.requests ?? times };
}

function answerOf({ answer, range }: Line): RecordedAnswer | null {
  if (answer === undefined) return null;
  const given = typeof answer === 'string' ? found(common.answers, answer) : answer;
  const end = range?.split('-')[1];
  const headers = { ...given.headers, ...(end === undefined ? {} : { Range: `0-${Number(end) + 1}` }) };
  const { job: id, script, failureReasons = FAILURE_REASONS, ...plain }: RecordedAnswer & JobOffer = given;
  if (id === undefined) return { ...plain, headers };
  const { steps, features, ...rest } = common.job;
  const body = {
    id,
    token: `glcbt-EXAMPLEjob${id}`,
    ...rest,
    steps: steps.map((step) => ({ ...step, script })),
    features: { ...features, failure_reasons: failureReasons },
  };
  return { status: plain.status, headers: { 'Content-Type': 'application/json' }, body };
}

const withInfo = (body: Record<string, unknown>) =>
  body.info === 'info' || body.info === 'registrationInfo' ? { ...body, info: common[body.info] } : body;

function found<T>(named: Record<string, T>, name: string): T {
  const value = named[name];
  if (value === undefined) throw new Error(`captures/common.json has nothing named ${name}`);
  return value;
}

/** The metrics page of each recorded state. */
export const metrics = readJson<{
  families: Record<string, { help: string; type: string; buckets?: string[] }>;
  idle: string[];
  states: Record<string, { with: string[]; without: string[]; values: Record<string, number> }>;
}>('metrics.json');

/** The series of one recorded state, sorted. */
export function recordedSeries(state: string): string[] {
  const found = metrics.states[state];
  if (found === undefined) throw new Error(`captures/metrics.json has no state ${state}`);
  return [...metrics.idle.filter((series) => !found.without.includes(series)), ...found.with].sort();
}
