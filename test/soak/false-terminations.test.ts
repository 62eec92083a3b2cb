import { expect, test } from 'vitest';
import { falseTerminations } from '../../soak/false-terminations.ts';
import type { LogEntry } from '../../src/sandbox/log.ts';

const THRESHOLD = 20_000;
const RETIRE = 'TerminateInstanceInAutoScalingGroup';
const state = (at: number, more: object) => ({ at, service: 'x', kind: 'state', ...more });
const call = (at: number, operation: string, status = 200) =>
  ({ at, service: 'autoscaling', kind: 'call', operation, status, params: { InstanceId: 'i-1' } }) as const;
const job = (at: number, is: string) => state(at, { subject: 'job', id: 7, state: is, systemId: 'r_1' });
const instance = (at: number, is: string) => state(at, { subject: 'instance', instanceId: 'i-1', state: is });
const deleted = (at: number) => state(at, { subject: 'manager', id: 3, state: 'deleted', systemId: 'r_1' });

const judge = (...entries: object[]) =>
  falseTerminations(
    entries.map((entry, index) => ({ seq: index + 1, ...entry }) as LogEntry),
    (systemId) => (systemId === 'r_1' ? 'i-1' : null),
    THRESHOLD,
  );

test('an instance that has been idle long enough may retire', () => {
  expect(judge(job(0, 'assigned'), job(100, 'running'), job(5_000, 'success'), call(25_500, RETIRE))).toEqual(
    [],
  );
});

test('one that has a job may not, but for a job that came when the decision had been made', () => {
  expect(judge(job(0, 'assigned'), job(100, 'running'), call(9_000, RETIRE))).toEqual([
    'i-1 was retired under a job',
  ]);
  expect(judge(job(0, 'assigned'), job(100, 'running'), call(2_000, RETIRE))).toEqual([]);
  expect(judge(job(0, 'assigned'), call(9_000, RETIRE, 400))).toEqual([]);
});

test('one whose last job ended within the threshold may not', () => {
  expect(judge(job(0, 'assigned'), job(8_000, 'success'), call(13_000, RETIRE))).toEqual([
    'i-1 was retired 5 s after a job',
  ]);
});

test('a runner may be unregistered where its instance is taken, interrupted or unhealthy, and nowhere else', () => {
  expect(judge(instance(0, 'InService'), deleted(1_000))).toEqual(['i-1 was unregistered in service']);
  expect(judge(instance(0, 'InService'), instance(1, 'Terminating:Wait'), deleted(1_000))).toEqual([]);
  expect(judge(instance(0, 'InService'), instance(1, 'interruption'), deleted(1_000))).toEqual([]);
  expect(judge(instance(0, 'InService'), call(1, 'SetInstanceHealth'), deleted(1_000))).toEqual([]);
});
