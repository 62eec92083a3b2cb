import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { EventLog } from '../log.ts';
import type { JobState, NewJob, NewRunner, SandboxJob, SandboxRunner } from './model.ts';

/** An unconfirmed job goes back to the queue after this long (GitLab's runner_ack_queue.rb). */
export const ACKNOWLEDGE_LIMIT = 120_000;

/** A running job of which nothing is heard is dropped after this long (GitLab's stuck jobs worker). */
export const SILENCE_LIMIT = 3_600_000;

const newToken = (): string => `glrt-t1_${randomBytes(15).toString('base64url')}`;
const newJobToken = (): string => `glcbt-${randomBytes(15).toString('base64url')}`;

/** Everything that the sandbox's GitLab knows, and the changes to it; each change is an entry of the event log. */
export class GitlabState {
  readonly runners = new Map<number, SandboxRunner>();
  readonly jobs: SandboxJob[] = [];
  readonly apiToken: string;
  /** Changes whenever a job arrives: the value of X-GitLab-Last-Update. */
  lastUpdate = randomBytes(12).toString('hex');
  readonly clock: Clock;
  readonly #log: EventLog;
  readonly #acknowledgeLimit: number;
  readonly #silenceLimit: number;
  #ids = 0;

  constructor(
    clock: Clock,
    log: EventLog,
    options: { apiToken?: string; acknowledge?: number; silence?: number } = {},
  ) {
    this.apiToken = options.apiToken ?? `glpat-${randomBytes(15).toString('base64url')}`;
    this.clock = clock;
    this.#log = log;
    this.#acknowledgeLimit = options.acknowledge ?? ACKNOWLEDGE_LIMIT;
    this.#silenceLimit = options.silence ?? SILENCE_LIMIT;
  }

  addRunner(options: NewRunner = {}): SandboxRunner {
    const id = this.#nextId();
    const description = options.description ?? `runner ${id}`;
    const lifetime = options.tokenLifetime ?? null;
    const runner: SandboxRunner = {
      id,
      token: options.token ?? newToken(),
      description,
      paused: options.paused ?? false,
      runnerType: options.runnerType ?? 'instance_type',
      ownerId: options.ownerId ?? null,
      tags: options.tags ?? [],
      tokenLifetime: lifetime,
      tokenExpiresAt: lifetime === null ? null : this.clock.wall() + lifetime,
      managers: new Map(),
    };
    this.runners.set(id, runner);
    this.#note('runner', id, 'created', { description });
    return runner;
  }

  /** Gives the runner a new token: the old one stops working at once. */
  resetToken(runner: SandboxRunner): void {
    runner.token = newToken();
    const { tokenLifetime } = runner;
    runner.tokenExpiresAt = tokenLifetime === null ? null : this.clock.wall() + tokenLifetime;
    this.#note('runner', runner.id, 'token reset');
  }

  deleteRunner(runner: SandboxRunner): void {
    this.runners.delete(runner.id);
    this.#note('runner', runner.id, 'deleted');
  }

  runnerByToken(token: unknown): SandboxRunner | undefined {
    const now = this.clock.wall();
    return [...this.runners.values()].find(
      (runner) => runner.token === token && (runner.tokenExpiresAt === null || now < runner.tokenExpiresAt),
    );
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

  addJob(options: NewJob): SandboxJob {
    const id = this.#nextId();
    const job: SandboxJob = {
      id,
      token: newJobToken(),
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
      updatedAt: null,
      lostAt: null,
      attempts: 0,
      trace: Buffer.alloc(0),
      finalUpdate: null,
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
    this.review();
    const job = this.jobs.find((candidate) => candidate.state === 'pending');
    if (job === undefined) return null;
    this.setJob(job, 'assigned', {
      runnerId: runner.id,
      systemId,
      assignedAt: now,
      attempts: job.attempts + 1,
    });
    return job;
  }

  /** Puts unconfirmed jobs back in the queue, with a new token, and drops those that nobody speaks for any more. */
  review(): void {
    const now = this.clock.wall();
    for (const job of this.jobs) {
      if (job.state === 'assigned' && now - (job.assignedAt ?? now) >= this.#acknowledgeLimit) {
        const token = newJobToken();
        this.setJob(job, 'pending', { assignedAt: null, systemId: null, runnerId: null, token });
      } else if (job.state === 'running' && now - (job.updatedAt ?? now) >= this.#silenceLimit) {
        this.#lose(job);
        this.setJob(job, 'failed', { finishedAt: now, failureReason: 'stuck_or_timeout_failure' });
      }
    }
  }

  /**
   * The runner process with this system id, or its host, has gone. Its running jobs are lost, unless one still
   * reports; an unconfirmed one is not, it goes back to the queue in time. Gives the lost jobs.
   */
  managerGone(systemId: string): SandboxJob[] {
    const lost = this.jobs.filter(
      (job) => job.systemId === systemId && job.state === 'running' && !job.lostAt,
    );
    for (const job of lost) this.#lose(job);
    return lost;
  }

  #lose(job: SandboxJob): void {
    if (job.lostAt !== null) return;
    job.lostAt = this.clock.wall();
    this.#note('job', job.id, 'lost', { runnerId: job.runnerId, systemId: job.systemId });
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
