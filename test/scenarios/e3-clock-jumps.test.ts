import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scenario } from './world.ts';

const HOUR = 3_600;

const library = ['x86_64', 'aarch64']
  .map((cpu) => `/usr/lib/${cpu}-linux-gnu/faketime/libfaketime.so.1`)
  .find((path) => existsSync(path));
if (library === undefined) console.log('E3 is left out: it needs libfaketime (apt-get install libfaketime)');

/** A wall clock for the agents that a test can set forward and back, while the boot clock goes on as it does. */
function movableClock() {
  const dir = mkdtempSync(join(tmpdir(), 'drover-clock-'));
  const file = join(dir, 'offset');
  const jump = (seconds: number) => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  jump(0);
  const env = {
    LD_PRELOAD: library ?? '',
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  };
  return { jump, env, remove: () => rmSync(dir, { recursive: true }) };
}

const terminateHook = { name: 'terminate', heartbeatTimeout: 8, defaultResult: 'CONTINUE' as const };

it.skipIf(library === undefined)(
  'E3: the wall clock jumps an hour forward, then two back, in a drain: heartbeats and the job go on',
  async () => {
    const { jump, env, remove } = movableClock();
    try {
      // Less than an hour: a deadline by the wall clock would have passed with the jump.
      const config = { lifecycle: { drainLimit: '30m' } };
      await scenario(
        { group: { desiredCapacity: 1, terminateHook }, env, config },
        async ({ seen, sandbox, entries }) => {
          const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
          const { id } = sandbox.gitlab.addJob({ script: ['sleep 25'] });
          await seen({ subject: 'job', id, state: 'running' });
          sandbox.autoscaling.suspended.add('Launch');
          sandbox.autoscaling.terminate(instanceId, true);
          await seen({ subject: 'hook', state: 'heartbeat', hook: 'terminate' });
          for (const seconds of [HOUR, -HOUR]) {
            jump(seconds);
            const from = sandbox.log.entries.length;
            await seen(
              ({ seq, subject, state }) => seq > from && subject === 'hook' && state === 'heartbeat',
            );
          }
          await seen({ subject: 'job', id, state: 'success' });
          await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
          expect(entries({ subject: 'manager', state: 'deleted' })).toHaveLength(1);
        },
      );
    } finally {
      remove();
    }
  },
  240_000,
);

it.skipIf(library === undefined)(
  'E3: the wall clock jumps while the instance is idle: the idle threshold is neither cut short nor put off',
  async () => {
    const { jump, env, remove } = movableClock();
    try {
      const config = { lifecycle: { idleThreshold: '15s' } };
      await scenario(
        { group: { desiredCapacity: 1, terminateHook }, env, config },
        async ({ seen, agentIn, sandbox }) => {
          const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
          await agentIn(instanceId, 'inService.idle');
          const idle = Date.now();
          jump(HOUR);
          await seen(
            ({ at, operation }) => at > idle + 2_000 && operation === 'DescribeAutoScalingInstances',
          );
          jump(-HOUR);
          const { at } = await seen({ operation: 'TerminateInstanceInAutoScalingGroup' });
          // The agent was seen idle a moment after it was.
          expect(at - idle).toBeGreaterThan(10_000);
          expect(at - idle).toBeLessThan(120_000);
          await seen({ subject: 'instance', state: 'Terminated', instanceId });
          expect(sandbox.autoscaling.desiredCapacity).toBe(0);
        },
      );
    } finally {
      remove();
    }
  },
  240_000,
);
