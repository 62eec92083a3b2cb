import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drover } from '../cli/drover.ts';
import { scenario } from './world.ts';

describe('T9: GitLab does not take the unregister', () => {
  it.concurrent('is asked again and obeyed after a 502 and a 429 with Retry-After', async () => {
    await scenario({ group: { desiredCapacity: 1 } }, async ({ seen, entries, sandbox }) => {
      const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
      const fault = { service: 'gitlab', operation: 'deleteManager', times: 1 } as const;
      sandbox.faults.add({ ...fault, kind: 'error', status: 502 });
      sandbox.faults.add({ ...fault, kind: 'throttle', retryAfter: 2 });
      sandbox.autoscaling.terminate(instanceId, true);
      await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
      const calls = entries({ operation: 'deleteManager' });
      expect(calls.map((call) => call.status)).toEqual([502, 429, 204]);
      expect((calls[2]?.at ?? 0) - (calls[1]?.at ?? 0)).toBeGreaterThanOrEqual(1900);
    });
  }, 240_000);

  it.concurrent('completes the hook all the same when GitLab stays away, and leaves the manager to drover reap', async () => {
    await scenario(
      {
        group: { desiredCapacity: 1 },
        config: { lifecycle: { unregisterTimeout: '6s', unregAttempts: 2 } },
        ghosts: true,
      },
      async ({ seen, entries, sandbox, dir }) => {
        const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
        sandbox.faults.add({ service: 'gitlab', operation: 'deleteManager', kind: 'error', status: 502 });
        sandbox.autoscaling.terminate(instanceId, true);
        await seen({ subject: 'hook', state: 'completed', hook: 'terminate' });
        await seen({ subject: 'instance', instanceId, state: 'Terminated' });
        expect(sandbox.gitlab.runners[0]?.managers.size).toBe(1);

        // GitLab is back, and somebody reaps on another host, which has the same configuration.
        sandbox.faults.clear();
        const apiTokenFile = join(dir, 'secrets', 'api-token');
        writeFileSync(apiTokenFile, sandbox.gitlab.apiToken, { mode: 0o600 });
        const config = join(dir, 'elsewhere.yml');
        copyFileSync(join(dir, 'instances', instanceId, 'config.yml'), config);
        const { exitCode, stdout } = await drover(
          ['reap', '--json', '--group', 'runners', '--config', config],
          {
            AWS_ACCESS_KEY_ID: 'sandbox',
            AWS_SECRET_ACCESS_KEY: 'sandbox',
            AWS_REGION: 'us-east-1',
            DROVER_GITLAB_API_TOKEN_FILE: apiTokenFile,
          },
        );
        expect(exitCode, stdout).toBe(0);
        const summary = JSON.parse(stdout.split('\n').at(-1) ?? '');
        expect(summary).toMatchObject({ removed: { runners: 0, managers: 1 }, unknown: 0, left: 0 });
        expect(sandbox.gitlab.runners[0]?.managers.size).toBe(0);
        expect(entries({ operation: 'deleteManager' }).at(-1)?.status).toBe(204);
      },
    );
  }, 240_000);
});
