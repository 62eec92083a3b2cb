/** A runner, and those of its managers (one a host) that have called. */
export interface SandboxRunner {
  id: number;
  token: string;
  description: string;
  paused: boolean;
  runnerType: string;
  /** The group or project that it belongs to; null: the whole GitLab. */
  ownerId: number | null;
  tags: string[];
  /** How long each token lasts, in ms; null: it does not expire. */
  tokenLifetime: number | null;
  /** ms since the epoch */
  tokenExpiresAt: number | null;
  managers: Map<string, { id: number; systemId: string; createdAt: number; contactedAt: number }>;
}

/** `assigned`: handed out, not yet confirmed by PUT running. `interrupted` is a failure with that reason. */
export type JobState = 'pending' | 'assigned' | 'running' | 'success' | 'failed';

/** What a runner is created with. */
export interface NewRunner {
  token?: string | undefined;
  description?: string | undefined;
  paused?: boolean | undefined;
  runnerType?: string | undefined;
  ownerId?: number | null;
  tags?: string[] | undefined;
  /** ms; without it the token does not expire */
  tokenLifetime?: number | undefined;
}

export interface NewJob {
  script: string[];
  variables?: Record<string, string>;
  /** s; default 3600 */
  timeout?: number;
}

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
  /** When its runner last said anything about it. */
  updatedAt: number | null;
  /** When its runner went away without having reported its end; null: not lost. */
  lostAt: number | null;
  /** How often it was handed out: more than one after a requeue. */
  attempts: number;
  trace: Buffer;
  /** The body of the PUT that ended it, without what names the runner. */
  finalUpdate: Record<string, unknown> | null;
  /** Sent with each answer as Job-Status while the job runs; null: the job's own state. */
  control: 'canceling' | 'canceled' | 'failed' | null;
}
