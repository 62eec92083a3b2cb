import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { Hub } from '../../src/status/hub.ts';
import { metricsOf } from '../../src/status/metrics.ts';
import { groupView } from '../support/views.ts';
import { writeJournal } from './journal.ts';

const missing =
  spawnSync('promtool', ['--version']).error && !process.env.CI
    ? 'promtool is missing: apt-get install prometheus'
    : null;

function busyHub(): Hub {
  const hub = new Hub({ title: 'test' });
  const journal = writeJournal('i-1');
  for (const entry of journal.serve()) hub.entry(entry);
  hub.entry(journal.sample(2));
  hub.entry(
    journal.send({ type: 'interruption.noticed', action: 'terminate', deadline: Date.now() + 120_000 }),
  );
  hub.entry(
    journal.send({ type: 'group.observed', group: groupView({ lifecycleState: 'Terminating:Wait' }) }),
  );
  return hub;
}

test('what is not known has no sample; the state is 1 for one and 0 for the others', async () => {
  const hub = new Hub({ title: 'test' });
  hub.entry(writeJournal('i-1').first);
  const { body } = await metricsOf(hub);
  expect(body).not.toMatch(/^drover_jobs_running\{/m);
  expect(body).toContain('drover_state{instance_id="i-1",state="discovering"} 1');
  expect(body.match(/^drover_state\{.*\} 1$/gm)).toHaveLength(1);
  expect(body).toContain('drover_state{instance_id="i-1",state="inService.idle"} 0');
});

test('jobs, group, hook and notice are told in base units', async () => {
  const { body } = await metricsOf(busyHub());
  expect(body).toContain('drover_jobs_running{instance_id="i-1"} 2');
  expect(body).toContain('drover_group_max_instances{instance_id="i-1"} 3');
  expect(body).toContain('drover_notice{instance_id="i-1",kind="interruption"} 1');
  const deadline = /drover_hook_deadline_timestamp_seconds\{.*\} ([\d.]+)/.exec(body)?.[1];
  expect(Number(deadline)).toBeGreaterThan(Date.now() / 1_000);
});

describe.skipIf(missing)(missing ?? 'promtool', () => {
  test('has nothing to say against names, units and help', async () => {
    const { body } = await metricsOf(busyHub());
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: body,
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
  });
});
