import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readEntries } from '../../src/engine/journal.ts';
import type { JournalEntry } from '../../src/engine/journal-format.ts';
import { stateName } from '../../src/engine/record.ts';
import type { LogEntry } from '../../src/sandbox/log.ts';

/** What a scenario is allowed, because it is about just that. */
export interface Allowances {
  /** Hooks that may time out, by name. */
  timedOut?: string[];
  /** How many jobs end as `failed`. */
  interruptedJobs?: number;
  /** Instances whose runner manager GitLab may keep: those that a later reap is for. */
  ghosts?: boolean;
}

/** What happened in one sandbox. */
export interface Evidence {
  /** The event log, in order. */
  log: readonly LogEntry[];
  /** The journal of each instance, by its id. */
  journals: ReadonlyMap<string, JournalEntry[]>;
  /** The playbook runs of each instance, in any order. */
  runs: ReadonlyMap<string, PlaybookRun[]>;
}

/** One run's time, in ms since the epoch; `ended` is infinite where the run never came to its end. */
export interface PlaybookRun {
  operation: string;
  began: number;
  ended: number;
}

/** The evidence that a scenario leaves in its directory, or in the places that are given. */
export function gatherEvidence(from: string | InstancePlaces[], log: readonly LogEntry[]): Evidence {
  const places = typeof from === 'string' ? placesIn(from) : from;
  return {
    log,
    journals: new Map(places.map(({ id, stateDir }) => [id, readEntries(stateDir)])),
    runs: new Map(places.map(({ id, runDirs }) => [id, runDirs.flatMap(runsIn)])),
  };
}

/** Where an instance left its record and its playbook runs. */
export interface InstancePlaces {
  id: string;
  stateDir: string;
  runDirs: string[];
}

function placesIn(dir: string): InstancePlaces[] {
  return readdirSync(join(dir, 'instances')).map((id) => ({
    id,
    stateDir: join(dir, 'instances', id, 'state'),
    runDirs: [join(dir, 'instances', id, 'run')],
  }));
}

function runsIn(runDir: string): PlaybookRun[] {
  if (!existsSync(runDir)) return [];
  // Services keep other things there too.
  const operations = readdirSync(runDir).filter((name) => /^\w+-\d+$/.test(name));
  return operations.map((operation) => {
    const exit = join(runDir, operation, 'exit.json');
    return {
      operation,
      began: statSync(join(runDir, operation)).birthtimeMs,
      ended: existsSync(exit) ? statSync(exit).mtimeMs : Number.POSITIVE_INFINITY,
    };
  });
}

/** What was broken of what holds in every scenario (design: invariants), in words; empty when all holds. */
export function violations({ log, journals, runs }: Evidence, allowed: Allowances = {}): string[] {
  return [
    ...provedBeforeContinue(log),
    ...answeredOnce(log, allowed.timedOut ?? []),
    ...noJobLost(log, allowed.interruptedJobs ?? 0),
    ...(allowed.ghosts ? [] : noGhost(log)),
    ...capacityWithinLimits(log),
    ...[...journals].flatMap(([id, entries]) => neverBack(id, entries)),
    ...[...runs].flatMap(([id, all]) => onePlaybook(id, all)),
  ];
}

const isState = (entry: LogEntry, subject: string, state: string): boolean =>
  entry.kind === 'state' && entry.subject === subject && entry.state === state;

/** 1. CONTINUE for a launch comes after a runner manager was made and a jobs/request was answered. */
function provedBeforeContinue(log: readonly LogEntry[]): string[] {
  const proofs = (upTo: number) =>
    new Set(
      log
        .filter(
          (entry) =>
            entry.seq < upTo &&
            entry.operation === 'requestJob' &&
            (entry.status === 204 || entry.status === 201),
        )
        .map((entry) => systemIdOf(entry)),
    ).size;
  const continued = log.filter(
    (entry) =>
      isState(entry, 'hook', 'completed') &&
      entry.transition === 'launching' &&
      entry.result === 'CONTINUE' &&
      // In the warm pool nothing serves yet.
      !`${entry.lifecycleState}`.startsWith('Warmed:'),
  );
  // An instance that comes out of the warm pool again is the same host to GitLab.
  const hosts = new Set<unknown>();
  return continued.flatMap((entry) =>
    proofs(entry.seq) >= hosts.add(entry.instanceId).size
      ? []
      : [`1: ${entry.instanceId} got CONTINUE before its runner had proved itself`],
  );
}

const systemIdOf = ({ params }: LogEntry): unknown =>
  (params as { systemId?: unknown } | undefined)?.systemId;

/** 2. Each lifecycle action is completed once, or seen to be gone. */
function answeredOnce(log: readonly LogEntry[], mayTimeOut: string[]): string[] {
  const open = new Set<string>();
  const found: string[] = [];
  for (const entry of log) {
    if (entry.kind !== 'state') continue;
    if (entry.subject === 'instance' && entry.state === 'Terminated') {
      for (const key of open)
        if (key.startsWith(`${entry.instanceId} `)) found.push(`2: ${key} was left open`);
    }
    if (entry.subject !== 'hook') continue;
    const key = `${entry.instanceId} ${entry.hook}`;
    if (entry.state === 'opened') open.add(key);
    if (entry.state === 'dropped') open.delete(key);
    if (entry.state === 'completed' || entry.state === 'timedOut') {
      if (!open.delete(key)) found.push(`2: ${key} was ${entry.state} when it was not open`);
      if (entry.state === 'timedOut' && !mayTimeOut.includes(`${entry.hook}`))
        found.push(`2: ${key} timed out`);
    }
  }
  return found;
}

/** 4. No job is killed, but for those that a deadline of others ends; none is lost with its runner. */
function noJobLost(log: readonly LogEntry[], mayFail: number): string[] {
  const last = new Map<unknown, LogEntry>();
  for (const entry of log) if (entry.kind === 'state' && entry.subject === 'job') last.set(entry.id, entry);
  const ended = [...last.values()];
  const failed = ended.filter(({ state }) => state === 'failed');
  return [
    ...ended
      // A job that a test has killed with its runner is `killed`: that is what the test is about.
      .filter(({ state }) => !['pending', 'success', 'failed', 'killed'].includes(`${state}`))
      .map(({ id, state }) => `4: job ${id} is ${state} at the end: lost`),
    ...(failed.length === mayFail
      ? []
      : [
          `4: ${failed.length} jobs failed, not ${mayFail}: ${failed.map((job) => job.failureReason).join(', ')}`,
        ]),
  ];
}

/** No ghost runner: GitLab keeps no manager of more instances than there are. */
function noGhost(log: readonly LogEntry[]): string[] {
  const managers = new Set<string>();
  const alive = new Set<unknown>();
  for (const entry of log) {
    if (entry.kind !== 'state') continue;
    const manager = `${entry.runnerId}/${entry.systemId}`;
    if (isState(entry, 'manager', 'created')) managers.add(manager);
    if (isState(entry, 'manager', 'deleted')) managers.delete(manager);
    if (isState(entry, 'runner', 'deleted')) {
      for (const one of managers) if (one.startsWith(`${entry.id}/`)) managers.delete(one);
    }
    if (isState(entry, 'instance', 'Pending')) alive.add(entry.instanceId);
    if (isState(entry, 'instance', 'Terminated')) alive.delete(entry.instanceId);
  }
  const systems = new Set([...managers].map((manager) => manager.split('/')[1]));
  return systems.size > alive.size
    ? [`no ghost runner: ${systems.size} hosts are known to GitLab, and ${alive.size} instances are left`]
    : [];
}

/** 11. Desired capacity stays within the limits, and is not raised while an earlier increase has not settled. */
function capacityWithinLimits(log: readonly LogEntry[]): string[] {
  const serving = new Set<unknown>();
  const found: string[] = [];
  for (const entry of log) {
    if (isState(entry, 'instance', 'InService')) serving.add(entry.instanceId);
    else if (entry.kind === 'state' && entry.subject === 'instance') serving.delete(entry.instanceId);
    if (entry.operation !== 'SetDesiredCapacity' || entry.kind !== 'call' || entry.fault !== undefined)
      continue;
    const wanted = Number((entry.params as { DesiredCapacity?: string } | undefined)?.DesiredCapacity);
    if (entry.status !== 200) found.push(`11: SetDesiredCapacity ${wanted} was refused`);
    else if (wanted - 1 > serving.size) {
      found.push(`11: desired capacity was raised to ${wanted} while ${serving.size} instances served`);
    }
  }
  return found;
}

/** 3. Within one life nothing leads from a confirmed termination back to inService. */
function neverBack(id: string, entries: JournalEntry[]): string[] {
  const leaving = new Set<number>();
  const found: string[] = [];
  for (const { record } of entries) {
    const name = stateName(record.value);
    if (/^terminating\.(?!confirming)/.test(name)) leaving.add(record.life);
    if (name.startsWith('inService') && leaving.has(record.life)) {
      found.push(`3: ${id} was in ${name} after its termination had been confirmed`);
    }
  }
  return [...new Set(found)];
}

/** 7. At most one playbook runs per instance: none begins before the one before it has ended. */
function onePlaybook(id: string, runs: readonly PlaybookRun[]): string[] {
  const inOrder = [...runs].sort((a, b) => a.began - b.began);
  return inOrder.flatMap((run, index) => {
    const before = inOrder[index - 1];
    return before !== undefined && before.ended > run.began
      ? [`7: ${id} began ${run.operation} while ${before.operation} ran`]
      : [];
  });
}
