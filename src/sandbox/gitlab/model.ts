import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { EventLog } from '../log.ts';

/** A runner, and those of its managers (one a host) that have called. */
export interface SandboxRunner {
  id: number;
  token: string;
  description: string;
  paused: boolean;
  managers: Map<string, { id: number; systemId: string; createdAt: number; contactedAt: number }>;
}

/** `assigned`: handed out, not yet confirmed by PUT running. `interrupted` is a failure with that reason. */
export type JobState = 'pending' | 'assigned' | 'running' | 'success' | 'failed';

export interface SandboxJob {
  id: number;
  token: string;
  script: string[];
  variables: Array<{ key: string; value: string; public: boolean }>;
  timeout: number;
  state: JobState;
  failureReason: string | null;
  runnerId: number | null;
  systemId: string | null;
  queuedAt: number;
  assignedAt: number | null;
  startedAt: number | null;
  finishedAt: number | null;
  trace: Buffer;
  /** Sent with each answer as Job-Status while the job runs; null: the job's own state. */
  control: 'canceling' | 'canceled' | null;
}

/** An unconfirmed job goes back to the queue after this long (GitLab's runner_ack_queue.rb). */
export const ACKNOWLEDGE_LIMIT = 120_000;

/** Everything that the sandbox's GitLab knows, and the changes to it; each change is an entry of the event log. */
export class GitlabState {
  readonly runners = new Map<number, SandboxRunner>();
  readonly jobs: SandboxJob[] = [];
  readonly apiToken = `glpat-${randomBytes(15).toString('base64url')}`;
  /** Changes whenever a job arrives: the value of X-GitLab-Last-Update. */
  lastUpdate = randomBytes(12).toString('hex');
  readonly clock: Clock;
  readonly #log: EventLog;
  #ids = 0;

  constructor(clock: Clock, log: EventLog) {
    this.clock = clock;
    this.#log = log;
  }

  addRunner(options: { token?: string | undefined; description?: string | undefined } = {}): SandboxRunner {
    const id = this.#nextId();
    const token = options.token ?? `glrt-t1_${randomBytes(15).toString('base64url')}`;
    const description = options.description ?? `runner ${id}`;
    const runner: SandboxRunner = { id, token, description, paused: false, managers: new Map() };
    this.runners.set(id, runner);
    this.#note('runner', id, 'created', { description });
    return runner;
  }

  deleteRunner(runner: SandboxRunner): void {
    this.runners.delete(runner.id);
    this.#note('runner', runner.id, 'deleted');
  }

  runnerByToken(token: unknown): SandboxRunner | undefined {
    return [...this.runners.values()].find((runner) => runner.token === token);
  }

  /** Notes a call of the manager; the first one creates it. */
  contact(runner: SandboxRunner, systemId: string): void {
    const now = this.clock.wall();
    const known = runner.managers.get(systemId);
    if (known) {
      known.contactedAt = now;
      return;
    }
    const id = this.#nextId();
    runner.managers.set(systemId, { id, systemId, createdAt: now, contactedAt: now });
    this.#note('manager', id, 'created', { runnerId: runner.id, systemId });
  }

  /** False when there is no such manager. */
  deleteManager(runner: SandboxRunner, systemId: string): boolean {
    const manager = runner.managers.get(systemId);
    if (manager === undefined) return false;
    runner.managers.delete(systemId);
    this.#note('manager', manager.id, 'deleted', { runnerId: runner.id, systemId });
    return true;
  }

  addJob(options: { script: string[]; variables?: Record<string, string>; timeout?: number }): SandboxJob {
    const id = this.#nextId();
    const job: SandboxJob = {
      id,
      token: `glcbt-${randomBytes(15).toString('base64url')}`,
      script: options.script,
      variables: Object.entries(options.variables ?? {}).map(([key, value]) => ({
        key,
        value,
        public: false,
      })),
      timeout: options.timeout ?? 3600,
      state: 'pending',
      failureReason: null,
      runnerId: null,
      systemId: null,
      queuedAt: this.clock.wall(),
      assignedAt: null,
      startedAt: null,
      finishedAt: null,
      trace: Buffer.alloc(0),
      control: null,
    };
    this.jobs.push(job);
    this.lastUpdate = randomBytes(12).toString('hex');
    this.#note('job', id, 'pending');
    return job;
  }

  /** The oldest pending job, now assigned to this manager; null when there is none. */
  assign(runner: SandboxRunner, systemId: string): SandboxJob | null {
    const now = this.clock.wall();
    for (const job of this.jobs) {
      if (job.state !== 'assigned' || now - (job.assignedAt ?? now) < ACKNOWLEDGE_LIMIT) continue;
      this.setJob(job, 'pending', { assignedAt: null, systemId: null, runnerId: null });
    }
    const job = this.jobs.find((candidate) => candidate.state === 'pending');
    if (job === undefined) return null;
    this.setJob(job, 'assigned', { runnerId: runner.id, systemId, assignedAt: now });
    return job;
  }

  setJob(job: SandboxJob, state: JobState, changes: Partial<SandboxJob> = {}): void {
    const changed = job.state !== state;
    Object.assign(job, changes, { state });
    if (!changed) return;
    const { runnerId, systemId, failureReason } = job;
    this.#note('job', job.id, state, { runnerId, systemId, ...(failureReason ? { failureReason } : {}) });
  }

  #nextId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  #note(
    subject: 'job' | 'runner' | 'manager',
    id: number,
    state: string,
    more: Record<string, unknown> = {},
  ) {
    this.#log.append({ service: 'gitlab', kind: 'state', subject, id, state, ...more });
  }
}
