import type { FaultKind, FaultService } from '../../src/sandbox/faults.ts';
import type { LogEntry } from '../../src/sandbox/log.ts';
import type { Life } from './lives.ts';
import { scenario, type World, type WorldOptions } from './world.ts';

export const KINDS: readonly FaultKind[] = ['throttle', 'error', 'hang', 'reset', 'slow', 'lost'];

/** One kind of call: a service and its operation, as the event log names them. */
export interface CallKind {
  service: FaultService;
  operation: string;
}

/** What a life with faults took. */
export interface Cost {
  /** From the first entry of the log to the last. */
  seconds: number;
  /** Calls in all, and those that a fault has struck. */
  calls: number;
  struck: number;
}

const SERVICES = new Set<string>(['autoscaling', 'ec2', 'metadata', 'gitlab']);

/** Hooks that bear a handful of calls that hang until their timeout, one after another. */
const patient = (options: WorldOptions): WorldOptions => ({
  ...options,
  group: {
    ...options.group,
    launchHook: { name: 'launch', heartbeatTimeout: 90, defaultResult: 'ABANDON' },
    terminateHook: { name: 'terminate', heartbeatTimeout: 20, defaultResult: 'CONTINUE' },
  },
});

/** Plays a life with faults put in by `spoil`, and tells its cost. */
export async function faultyLife(
  life: Life,
  spoil: (world: World) => void,
): Promise<Cost & { log: LogEntry[] }> {
  let log: LogEntry[] = [];
  await scenario(patient(life.options), async (world) => {
    spoil(world);
    await life.play(world);
    log = [...world.sandbox.log.entries];
  });
  const calls = log.filter(({ kind }) => kind === 'call');
  const [first, last] = [log[0]?.at ?? 0, log.at(-1)?.at ?? 0];
  return {
    seconds: (last - first) / 1_000,
    calls: calls.length,
    struck: calls.filter(({ fault }) => fault !== undefined).length,
    log,
  };
}

/** Every kind of call that a life made. */
export function callsOf(log: readonly LogEntry[]): CallKind[] {
  const kinds = new Map<string, CallKind>();
  for (const { kind, service, operation } of log) {
    if (kind !== 'call' || operation === undefined || !SERVICES.has(service)) continue;
    kinds.set(`${service} ${operation}`, { service: service as FaultService, operation });
  }
  return [...kinds.values()].sort((a, b) => nameOfCall(a).localeCompare(nameOfCall(b)));
}

const inService = { subject: 'instance', state: 'InService' } as const;

/**
 * The kinds of call that a life is there for: all of L1's. Every other life begins as L1 does, so of it what follows, up
 * to a second instance's launch, which is L1's again; and whatever it calls that a launch does not. (The log has a call
 * when it is answered, so the increase comes after the instance that it has launched.)
 */
export function ownCalls(life: Life, log: readonly LogEntry[]): CallKind[] {
  if (life.id === 'L1') return callsOf(log);
  const isInstance = (entry: LogEntry, state: string) =>
    entry.kind === 'state' && entry.subject === 'instance' && entry.state === state;
  const begun = log.findIndex((entry) => isInstance(entry, inService.state));
  const rest = log.slice(begun);
  const second = rest.findIndex((entry) => isInstance(entry, 'Pending'));
  const before = callsOf(second < 0 ? rest : rest.slice(0, second)).map(nameOfCall);
  const launch = callsOf(log.slice(0, begun)).map(nameOfCall);
  return callsOf(rest).filter((call) => {
    const name = nameOfCall(call);
    return before.includes(name) || !launch.includes(name);
  });
}

/** The first call of this kind in the part of a life that is its own fails. */
export function failOwn(world: World, life: Life, call: CallKind, kind: FaultKind): void {
  if (life.id === 'L1') failOnce(world, call, kind);
  else {
    const begun = world.seen(inService, 600_000);
    // A life that never comes to it fails by itself.
    begun.then(() => failOnce(world, call, kind, { serving: true })).catch(() => {});
  }
}

/** Whether a job can be lost that belongs to nobody: its hand-over is lost, which no runner can help. */
export const losesJob = (life: Life, call: CallKind, kind: FaultKind): boolean =>
  life.id !== 'L1' && call.operation === 'requestJob' && kind === 'lost';

/** A call by its names, whether the sandbox answers it or the runner. */
export type CallName = { service: string; operation: string };

export const nameOfCall = ({ service, operation }: CallName): string => `${service} ${operation}`;

/**
 * Whether the runner makes this call on its own while it serves. It waits ten minutes for an answer, whatever we do, so
 * a hung connection is dropped before that, as a load balancer does. (The first request for jobs is init's affair.)
 */
export const isRunners = ({ operation }: CallKind): boolean =>
  ['requestJob', 'updateJob', 'patchTrace'].includes(operation);

/** The first call of this kind fails, from now on; `serving`: its runner has been answered before. */
export function failOnce(
  { sandbox }: World,
  call: CallKind,
  kind: FaultKind,
  { serving = false } = {},
): void {
  sandbox.faults.add({
    ...call,
    kind,
    times: 1,
    ...(kind === 'error' ? { status: 500 } : {}),
    ...(kind === 'throttle' && call.service === 'gitlab' ? { retryAfter: 1 } : {}),
    ...(kind === 'slow' ? { delayMs: 1_500 } : {}),
    // Its first request for jobs hangs for good: init starts the runner again.
    ...(kind === 'hang' && isRunners(call) && (serving || call.operation !== 'requestJob')
      ? { delayMs: 5_000 }
      : {}),
  });
}

/** Rows as a table: what, how much longer than without a fault, how many calls more, how many struck. */
export function costTable(rows: Array<{ what: string; cost: Cost }>, without: Cost): string {
  const width = Math.max(...rows.map(({ what }) => what.length));
  const lines = rows.map(({ what, cost }) => {
    const seconds = `${(cost.seconds - without.seconds).toFixed(1)} s`.padStart(8);
    const calls = `${cost.calls - without.calls}`.padStart(6);
    return `${what.padEnd(width)} ${seconds} ${calls} ${`${cost.struck}`.padStart(7)}`;
  });
  const head = `${'fault'.padEnd(width)} ${'longer'.padStart(8)} ${'calls'.padStart(6)} ${'struck'.padStart(7)}`;
  return [head, ...lines].join('\n');
}

/** One life with one fault, or with none. */
export interface Struck {
  call?: CallName;
  kind?: FaultKind;
  cost: Cost;
}

/**
 * What each fault cost: a row a kind of call, a column a kind of fault, in each cell how much longer the life was (s)
 * than the median of them all: few faults cost much, and how busy the machine is differs more than single lives without
 * a fault show. `-`: the call was not made any more; empty: not played.
 */
export function costMatrix(id: string, all: readonly Struck[]): string {
  const inOrder = (some: readonly Struck[]) => some.map(({ cost }) => cost.seconds).sort((a, b) => a - b);
  const lengths = inOrder(all);
  const usual = lengths[Math.floor(lengths.length / 2)] ?? 0;
  const none = inOrder(all.filter(({ call }) => call === undefined));
  const [least = 0, most = 0] = [none[0], none.at(-1)];
  const names = [...new Set(all.flatMap(({ call }) => (call ? [nameOfCall(call)] : [])))].sort();
  const width = Math.max(...names.map((name) => name.length));
  const cell = (name: string, kind: FaultKind) => {
    const found = all.find((one) => one.call && nameOfCall(one.call) === name && one.kind === kind);
    if (found === undefined) return '';
    return found.cost.struck === 0 ? '-' : (found.cost.seconds - usual).toFixed(1);
  };
  const line = (name: string, cells: readonly string[]) =>
    [name.padEnd(width), ...cells.map((text) => text.padStart(9))].join('').trimEnd();
  return [
    `${id}: seconds longer than the median of ${usual.toFixed(1)} (without a fault ${least.toFixed(1)} to ${most.toFixed(1)})`,
    line('', KINDS),
    ...names.map((name) =>
      line(
        name,
        KINDS.map((kind) => cell(name, kind)),
      ),
    ),
  ].join('\n');
}
