import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bareHost } from '../../src/sandbox/host.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';

let dir: string;
let sandbox: Sandbox;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-control-'));
  sandbox = await startSandbox({
    dir,
    host: bareHost,
    group: { name: 'g', minSize: 0, maxSize: 2, desiredCapacity: 1 },
  });
});
afterEach(async () => {
  await sandbox.close();
  rmSync(dir, { recursive: true });
});

async function call(method: string, path: string, body: object = {}) {
  const request = { method, ...(method === 'POST' && { body: JSON.stringify(body) }) };
  const reply = await fetch(`${sandbox.controlUrl}${path}`, request);
  return { status: reply.status, answer: (await reply.json()) as Record<string, unknown> };
}

const instance = () => [...sandbox.autoscaling.instances.keys()][0] ?? '';
const seen = (what: Record<string, unknown>) =>
  sandbox.log.waitFor((entry) => Object.entries(what).every(([key, value]) => entry[key] === value), 10_000);

it('schedules a reboot, cancels it, and completes it', async () => {
  const id = instance();
  await expect.poll(() => sandbox.instances.has(id)).toBe(true);
  const view = () => sandbox.instances.get(id)?.view.maintenance.map(({ code, state }) => [code, state]);
  await call('POST', `/instances/${id}/maintenance`, { inSeconds: 60 });
  expect(view()).toEqual([['system-reboot', 'active']]);
  await call('POST', `/instances/${id}/maintenance`, { state: 'canceled' });
  expect(view()).toEqual([['system-reboot', 'canceled']]);
  expect((await call('POST', `/instances/${id}/maintenance`, { state: 'over' })).status).toBe(400);
});

it('reboots a machine and powers one off, which the group then replaces', async () => {
  const id = instance();
  await expect.poll(() => sandbox.instances.has(id)).toBe(true);
  await call('POST', `/instances/${id}/reboot`);
  await seen({ subject: 'machine', instanceId: id, state: 'started' });
  expect(sandbox.autoscaling.instances.get(id)?.lifecycleState).toBe('InService');
  await call('POST', `/instances/${id}/poweroff`);
  await seen({ subject: 'instance', instanceId: id, state: 'Terminated' });
  expect(instance()).not.toBe(id);
  expect((await call('POST', '/instances/i-none/reboot')).status).toBe(400);
});

it('makes a warm pool and takes it away, refreshes, and moves instances', async () => {
  const { answer } = await call('POST', '/warm-pool', { poolState: 'Running', minSize: 1 });
  expect(answer.instances).toMatchObject([
    { lifecycleState: 'InService' },
    { lifecycleState: 'Warmed:Running' },
  ]);
  expect((await call('POST', '/warm-pool', { poolState: 'Asleep' })).status).toBe(400);
  expect((await call('POST', '/refresh')).answer).toEqual({ id: expect.any(String) });
  await call('DELETE', '/warm-pool');
  const id = instance();
  const after = await call('POST', `/instances/${id}/standby`, { decrement: true });
  expect(after.answer.instances).toContainEqual(expect.objectContaining({ id, lifecycleState: 'Standby' }));
  expect((await call('POST', `/instances/${id}/undo`)).status).toBe(404);
});

it('revokes the keys of an instance, and sets AWS’s clock', async () => {
  const id = instance();
  const { accessKeyId, token } = sandbox.credentials.of(id);
  expect(sandbox.credentials.judge(accessKeyId, token, Date.now())).toBe('good');
  await call('POST', `/instances/${id}/revoke-credentials`);
  expect(sandbox.credentials.judge(accessKeyId, token, Date.now())).toBe('expired');
  expect(sandbox.credentials.of(id).accessKeyId).not.toBe(accessKeyId);
  expect((await call('POST', '/aws-clock', { aheadSeconds: 3600 })).answer).toEqual({ aheadSeconds: 3600 });
  const { headers } = await fetch(sandbox.awsUrl);
  expect(Date.parse(headers.get('date') ?? '') - Date.now()).toBeGreaterThan(3_500_000);
  expect((await call('POST', '/aws-clock', { aheadSeconds: 'soon' })).status).toBe(400);
});
