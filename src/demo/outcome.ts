import { outcomeOf } from '../sandbox/gitlab/counts.ts';
import type { SandboxJob } from '../sandbox/gitlab/model.ts';
import type { LogEntry } from '../sandbox/log.ts';
import type { ObservedInstance } from './observed.ts';
import { drawTable } from './table.ts';
import type { Told } from './told.ts';

export interface OutcomeOf {
  jobs: readonly SandboxJob[];
  instances: Iterable<ObservedInstance>;
  entries: readonly LogEntry[];
  nameOfJob(id: number): string;
  instanceOfManager(systemId: string): string | null;
  /** Milliseconds since the epoch; times in the tables count from here. */
  started: number;
}

/** What happened to every job, runner and instance: one table each, and one object a row for programs. */
export function outcomeTables(of: OutcomeOf): Told[] {
  const since = (at: number | null) => (at === null ? '-' : `${((at - of.started) / 1_000).toFixed(1)} s`);
  const instanceOf = (systemId: string | null) =>
    (systemId === null ? null : of.instanceOfManager(systemId)) ?? '-';

  const jobs = of.jobs.map((job) => [
    of.nameOfJob(job.id),
    instanceOf(job.systemId),
    since(job.queuedAt),
    since(job.startedAt),
    since(job.finishedAt),
    outcomeOf(job),
  ]);
  const runners = managersOf(of.entries).map(({ systemId, createdAt, deletedAt }) => [
    systemId,
    instanceOf(systemId),
    since(createdAt),
    since(deletedAt),
    deletedAt === null ? 'LEFT' : 'unregistered',
  ]);
  const instances = [...of.instances].map(({ id, launchedAt, goneAt, state }) => [
    id,
    since(launchedAt),
    since(goneAt),
    state,
  ]);
  return [
    table('jobs', ['job', 'instance', 'queued', 'started', 'ended', 'outcome'], jobs),
    table('runners', ['runner manager', 'instance', 'registered', 'unregistered', 'outcome'], runners),
    table('instances', ['instance', 'launched', 'gone', 'state'], instances),
  ];
}

function table(name: string, header: string[], rows: string[][]): Told {
  return { text: `\n${drawTable(name, header, rows)}`, event: { event: 'table', table: name, header, rows } };
}

function managersOf(entries: readonly LogEntry[]) {
  const managers = new Map<unknown, { systemId: string; createdAt: number; deletedAt: number | null }>();
  for (const { subject, state, id, at, systemId } of entries) {
    if (subject !== 'manager') continue;
    if (state === 'created') managers.set(id, { systemId: String(systemId), createdAt: at, deletedAt: null });
    const known = managers.get(id);
    if (state === 'deleted' && known) known.deletedAt = at;
  }
  return [...managers.values()];
}
