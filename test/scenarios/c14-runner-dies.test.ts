import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inService } from './steps.ts';
import { scenario } from './world.ts';

describe('C14: the runner fails in service', () => {
  it.concurrent('a process that dies is started again, under its old registration', async () => {
    await scenario({ group: { desiredCapacity: 1 } }, async (world) => {
      const { seen, entries, sandbox, dir } = world;
      const instanceId = await inService(world);
      const pid = Number(
        readFileSync(join(dir, 'instances', instanceId, 'gitlab-runner', 'runner.pid'), 'utf8'),
      );
      process.kill(pid, 'SIGKILL');
      const job = sandbox.gitlab.addJob({ script: ['true'] });
      await seen({ subject: 'job', id: job.id, state: 'success' });
      expect(entries({ subject: 'manager', state: 'created' })).toHaveLength(1);
      expect(entries({ operation: 'SetInstanceHealth' })).toEqual([]);
    });
  }, 240_000);

  it.concurrent('one that GitLab has deleted cannot be repaired: the instance is marked unhealthy and goes', async () => {
    await scenario({ group: { desiredCapacity: 1 } }, async (world) => {
      const { seen, entries, sandbox } = world;
      const instanceId = await inService(world);
      sandbox.autoscaling.suspended.add('Launch');
      const [runner] = sandbox.gitlab.runners;
      sandbox.gitlab.deleteRunner(runner?.id ?? 0);
      await seen({ operation: 'SetInstanceHealth', status: 200 }, 120_000);
      await seen({ subject: 'instance', state: 'Terminated', instanceId });
      const completed = entries({ subject: 'hook', state: 'completed', hook: 'terminate' });
      expect(completed.map(({ result }) => result)).toEqual(['CONTINUE']);
      expect(sandbox.gitlab.runners).toEqual([]);
    });
  }, 240_000);
});
