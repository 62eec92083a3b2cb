import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scenario } from './world.ts';

describe('L1: with a registration token, which is deprecated and has to be asked for', () => {
  it.concurrent('each instance registers a runner of its own, which goes with it', async () => {
    const options = { group: { desiredCapacity: 2 }, registration: 'taken' } as const;
    await scenario(options, async ({ seen, entries, sandbox, dir }) => {
      const served = new Set<string>();
      await seen(({ subject, state, instanceId = '' }) => {
        if (subject === 'instance' && state === 'InService') served.add(instanceId);
        return served.size === 2;
      });
      const names = [...served].map((id) => `runner-0 (${id})`);
      expect(sandbox.gitlab.runners.map(({ description }) => description).sort()).toEqual(names.sort());
      const [id = ''] = served;
      const config = readFileSync(join(dir, 'instances', id, 'gitlab-runner', 'config.toml'), 'utf8');
      expect(sandbox.gitlab.runners.filter(({ token }) => config.includes(token))).toHaveLength(1);
      const job = sandbox.gitlab.addJob({ script: ['true'] });
      await seen({ subject: 'job', id: job.id, state: 'success' });
      for (const instanceId of served) sandbox.autoscaling.terminate(instanceId, true);
      for (const instanceId of served) await seen({ subject: 'instance', state: 'Terminated', instanceId });
      expect(entries({ operation: 'registerRunner' }).map(({ status }) => status)).toEqual([201, 201]);
      expect(sandbox.gitlab.runners).toEqual([]);
    });
  }, 240_000);

  it.concurrent('a server that answers 410, as new ones do, is not asked for long, and the log says what to do', async () => {
    const options = {
      group: { desiredCapacity: 1 },
      registration: 'refused',
      config: { lifecycle: { initAttempts: 2 } },
    } as const;
    await scenario(options, async ({ seen, entries, sandbox, dir }) => {
      const { instanceId = '', result } = await seen({ subject: 'hook', state: 'completed', hook: 'launch' });
      expect(result).toBe('ABANDON');
      sandbox.autoscaling.resize({ desiredCapacity: 0 });
      expect(
        entries({ operation: 'registerRunner' })
          .map(({ status }) => status)
          .slice(0, 2),
      ).toEqual([410, 410]);
      const log = readFileSync(join(dir, 'instances', instanceId, 'agent.log'), 'utf8');
      expect(log).toContain('takes no registration tokens any more; use an authentication token');
      expect(sandbox.gitlab.runners).toEqual([]);
    });
  }, 240_000);
});
