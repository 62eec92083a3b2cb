import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../src/engine/journal-format.ts';
import type { LogEntry } from '../../src/sandbox/log.ts';
import { type Allowances, type PlaybookRun, violations } from './invariants.ts';

type Sparse = Partial<LogEntry> & { kind: string };

const state = (subject: string, name: string, more: object = {}): Sparse => ({
  kind: 'state',
  subject,
  state: name,
  ...more,
});
const call = (operation: string, status: number, params: object = {}): Sparse => ({
  kind: 'call',
  operation,
  status,
  params,
});
const hook = (name: string, transition: string, more: object = {}): Sparse =>
  state('hook', name, { instanceId: 'i-1', hook: transition, transition, ...more });

/** A launch as it should be. */
const launch: Sparse[] = [
  state('instance', 'Pending', { instanceId: 'i-1' }),
  hook('opened', 'launching'),
  state('manager', 'created', { id: 2, runnerId: 1, systemId: 's-1' }),
  call('requestJob', 204, { systemId: 's-1' }),
  hook('completed', 'launching', { result: 'CONTINUE' }),
  state('instance', 'InService', { instanceId: 'i-1' }),
];
/** The way out as it should be. */
const leave: Sparse[] = [
  state('instance', 'Terminating:Wait', { instanceId: 'i-1' }),
  hook('opened', 'terminating'),
  state('manager', 'deleted', { id: 2, runnerId: 1, systemId: 's-1' }),
  hook('completed', 'terminating', { result: 'CONTINUE' }),
  state('instance', 'Terminated', { instanceId: 'i-1' }),
];

const broken = (entries: Sparse[], allowed?: Allowances): string[] =>
  violations(
    {
      log: entries.map((entry, index) => ({ seq: index + 1, at: index, service: 'sandbox', ...entry })),
      journals: new Map(),
      runs: new Map(),
    },
    allowed,
  );
const without = (entries: Sparse[], omitted: Sparse | undefined) =>
  entries.filter((entry) => entry !== omitted);

describe('the check of what holds in every scenario', () => {
  test('finds nothing in a life as it should be', () => {
    expect(broken([...launch, ...leave])).toEqual([]);
  });

  test('finds a CONTINUE without a proof', () => {
    expect(broken(without(launch, launch[3]))).toEqual([
      '1: i-1 got CONTINUE before its runner had proved itself',
    ]);
    expect(broken(launch.with(3, call('requestJob', 403, { systemId: 's-1' })))).toHaveLength(1);
  });

  test('finds a hook that timed out, that was left open, and that was answered twice', () => {
    const timedOut = hook('timedOut', 'terminating');
    expect(broken([...launch, ...leave.with(3, timedOut)])).toEqual(['2: i-1 terminating timed out']);
    expect(broken([...launch, ...leave.with(3, timedOut)], { timedOut: ['terminating'] })).toEqual([]);
    expect(broken([...launch, ...without(leave, leave[3])])).toEqual(['2: i-1 terminating was left open']);
    expect(broken([...launch, hook('completed', 'launching', { result: 'CONTINUE' })])[0]).toContain(
      'when it was not open',
    );
  });

  test('finds a job that was killed, and one that was lost', () => {
    const job = (name: string) => state('job', name, { id: 9 });
    expect(broken([...launch, job('running'), job('success')])).toEqual([]);
    expect(broken([...launch, job('running')])).toEqual(['4: job 9 is running at the end: lost']);
    expect(broken([...launch, job('failed')])).toHaveLength(1);
    expect(broken([...launch, job('failed')], { interruptedJobs: 1 })).toEqual([]);
    expect(broken(launch, { interruptedJobs: 1 })).toHaveLength(1);
  });

  test('finds a ghost runner', () => {
    expect(broken([...launch, ...without(leave, leave[2])])).toEqual([
      'no ghost runner: 1 hosts are known to GitLab, and 0 instances are left',
    ]);
    const deleted = state('runner', 'deleted', { id: 1 });
    expect(broken([...launch, ...leave.with(2, deleted)])).toEqual([]);
  });

  test('finds an increase that was refused, and one before the last has settled', () => {
    const increase = (to: number, status = 200) =>
      call('SetDesiredCapacity', status, { DesiredCapacity: `${to}` });
    expect(broken([...launch, increase(2)])).toEqual([]);
    expect(broken([...launch, increase(2, 400)])).toEqual(['11: SetDesiredCapacity 2 was refused']);
    expect(broken([...launch, increase(2), increase(3)])).toEqual([
      '11: desired capacity was raised to 3 while 1 instances served',
    ]);
  });

  test('finds an instance that came back after its termination had been confirmed', () => {
    const at = (value: unknown, life = 1) => ({ record: { value, life } }) as JournalEntry;
    const journal = (...entries: JournalEntry[]) =>
      violations({ log: [], journals: new Map([['i-1', entries]]), runs: new Map() });
    const [serving, confirming] = [at({ inService: 'idle' }), at({ terminating: 'confirming' })];
    const draining = at({ terminating: 'draining' });
    expect(journal(serving, confirming, serving)).toEqual([]);
    expect(journal(draining, at({ inService: 'idle' }, 2))).toEqual([]);
    expect(journal(serving, draining, serving)).toEqual([
      '3: i-1 was in inService.idle after its termination had been confirmed',
    ]);
  });

  test('finds two playbooks at once', () => {
    const runs = (...all: [string, number, number][]) =>
      violations({
        log: [],
        journals: new Map(),
        runs: new Map([
          ['i-1', all.map(([operation, began, ended]): PlaybookRun => ({ operation, began, ended }))],
        ]),
      });
    expect(runs(['unreg-2', 5, 9], ['init-1', 1, 5])).toEqual([]);
    expect(runs(['init-1', 1, 6], ['unreg-2', 5, 9])).toEqual(['7: i-1 began unreg-2 while init-1 ran']);
    expect(runs(['init-1', 1, Number.POSITIVE_INFINITY], ['unreg-2', 5, 9])).toHaveLength(1);
  });
});
