import * as z from 'zod';
import type { JournalEntry } from './journal-format.ts';

// What an entry must hold for it to be read at all, by programs that show a journal and did not write it: one that
// came from another host, or that a person named. Members that they do not know are let through.

const FURTHEST_DATE = 8.64e15;
const MOST_LISTED = 1_000;
const name = z.string().max(500);
const text = z.string().max(20_000);
const moment = z.number().min(-FURTHEST_DATE).max(FURTHEST_DATE);
const count = z.number();

const stateValue = z.union([
  name,
  z.record(name, z.union([name, z.record(name, z.union([name, z.record(name, name)]))])),
]);

const hook = z.looseObject({ name, heartbeatTimeout: count, defaultResult: name }).nullable();

const group = z
  .looseObject({
    groupName: name,
    lifecycleState: name,
    launchHook: hook,
    terminateHook: hook,
    minSize: count,
    maxSize: count,
    desiredCapacity: count,
    activeInstances: count,
    pendingInstances: count,
  })
  .nullable();

const command = z.looseObject({ type: name, operation: name.optional() });

const context = z.looseObject({
  group,
  target: name.nullable(),
  operation: name.nullable(),
  operations: count,
  attempts: count,
  notice: name,
  noticeDeadline: moment.nullable(),
  deadline: moment.nullable(),
  reason: text.nullable(),
  running: count.nullable(),
  limit: count.nullable(),
  paused: z.boolean(),
  scaleUps: count,
  scaleBlocked: text.nullable(),
});

const record = z.looseObject({
  version: count,
  instanceId: name,
  bootId: name,
  life: count,
  seq: count,
  at: moment,
  value: stateValue,
  context,
  timers: z
    .array(z.looseObject({ id: name, event: z.looseObject({ type: name }), at: moment }))
    .max(MOST_LISTED),
  outbox: z.array(z.looseObject({ id: name, command })).max(MOST_LISTED),
});

const event = z.looseObject({
  type: name,
  at: moment,
  group: group.optional(),
  runner: z.looseObject({ alive: z.boolean(), registered: z.boolean() }).optional(),
  facts: z.looseObject({}).optional(),
  operation: name.optional(),
  forMs: count.optional(),
  deadline: moment.optional(),
  notBefore: moment.optional(),
});

const entry = z.looseObject({
  event,
  from: name.nullable(),
  to: name,
  commands: z.array(command).max(MOST_LISTED),
  record,
  dryRun: z.literal(true).optional(),
});

/** Which of the entries is no entry of a journal that this version reads, and why; null: all are. */
export function whyNotReadable(entries: readonly JournalEntry[]): string | null {
  for (const [index, one] of entries.entries()) {
    const problem = entry.safeParse(one).error?.issues[0];
    if (problem === undefined) continue;
    const where = problem.path.map(String).join('.') || 'the whole of it';
    return `entry ${index + 1} is not as this version writes it (${where}: ${problem.message})`;
  }
  return null;
}
