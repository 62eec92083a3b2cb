import type { JobSpec } from '../job/spec.ts';
import {
  type CallObserver,
  call,
  headerOf,
  jsonOf,
  type Outcome,
  runnerHeaders,
  withInfo,
} from './client.ts';

/** Where and as whom calls about one job are made. */
export interface JobLink {
  url: string;
  id: number;
  token: string;
  observer: CallObserver;
}

export interface JobRequest {
  url: string;
  token: string;
  systemId: string;
  lastUpdate: string | null;
  observer: CallObserver;
  signal: AbortSignal;
}

/** POST jobs/request: `job` when the server gave one; `lastUpdate` is sent back with the next request. */
export async function requestJob(
  request: JobRequest,
): Promise<{ outcome: Outcome; job: JobSpec | null; lastUpdate: string | null }> {
  const outcome = await call(
    request.url,
    {
      method: 'POST',
      path: 'jobs/request',
      endpoint: 'request_job',
      headers: runnerHeaders(request.token, true),
      body: withInfo({
        token: request.token,
        system_id: request.systemId,
        ...(request.lastUpdate === null ? {} : { last_update: request.lastUpdate }),
      }),
      signal: request.signal,
    },
    request.observer,
  );
  const body = outcome.status === 201 ? (jsonOf(outcome) as JobSpec | null) : null;
  const job = typeof body?.id === 'number' ? body : null;
  return { outcome, job, lastUpdate: headerOf(outcome, 'x-gitlab-last-update') };
}

/** What the server makes of an update. `abort`: 403, 404, or a job that is over for it. */
export interface UpdateAnswer {
  status: number;
  verdict: 'ok' | 'accepted' | 'resend' | 'abort' | 'failed';
  canceling: boolean;
  /** ms, when the server names one. */
  interval: number | null;
  /** The offset to go on from after 416. */
  resumeAt: number | null;
}

/** PUT jobs/:id. */
export async function putJob(link: JobLink, fields: Record<string, unknown>): Promise<UpdateAnswer> {
  const outcome = await call(
    link.url,
    {
      method: 'PUT',
      path: `jobs/${link.id}`,
      endpoint: 'update_job',
      headers: { 'Content-Type': 'application/json', 'Job-Token': link.token },
      body: withInfo({ token: link.token, ...fields }),
    },
    link.observer,
  );
  return answerOf(outcome);
}

/** PATCH jobs/:id/trace with the bytes from `start`. */
export async function patchTrace(link: JobLink, start: number, bytes: Buffer): Promise<UpdateAnswer> {
  const outcome = await call(
    link.url,
    {
      method: 'PATCH',
      path: `jobs/${link.id}/trace?debug_trace=false`,
      endpoint: 'patch_trace',
      headers: {
        'Content-Range': `${start}-${start + bytes.length - 1}`,
        'Content-Type': 'text/plain',
        'Job-Token': link.token,
      },
      body: bytes,
    },
    link.observer,
  );
  return answerOf(outcome);
}

function answerOf(outcome: Outcome): UpdateAnswer {
  const { status } = outcome;
  const jobStatus = headerOf(outcome, 'job-status');
  const interval = Number(headerOf(outcome, 'x-gitlab-trace-update-interval'));
  const over = jobStatus === 'canceled' || jobStatus === 'failed';
  const resumeAt = Number(/^0-(\d+)$/.exec(headerOf(outcome, 'range') ?? '')?.[1] ?? Number.NaN);
  return {
    status,
    verdict: status === 403 || status === 404 || over ? 'abort' : verdictOf(status),
    canceling: jobStatus === 'canceling',
    interval: interval > 0 ? interval * 1000 : null,
    resumeAt: status === 416 && Number.isInteger(resumeAt) ? resumeAt : null,
  };
}

function verdictOf(status: number): UpdateAnswer['verdict'] {
  if (status === 200) return 'ok';
  if (status === 202) return 'accepted';
  return status === 412 || status === 416 ? 'resend' : 'failed';
}
