import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('hostile names and values execute nothing and change nothing: a whole life with Jinja, quotes and newlines in them', async () => {
  await scenario(
    {
      group: {
        name: `{{ lookup('pipe', 'touch pwned') }} <&> "runners" é`,
        desiredCapacity: 1,
      },
      config: {
        runner: {
          concurrent: 1,
          environment: { GREETING: `{{ lookup('pipe', 'touch pwned') }} $(touch pwned) "quoted"` },
        },
      },
      runnerName: (dir) =>
        `{{ lookup('pipe', 'touch ${join(dir, 'pwned')}') }}{% raw %} '"\\ $(touch ${join(dir, 'pwned')})\n[[runners]]\nx = "1"`,
      perInstance: true,
    },
    async ({ sandbox, seen, dir }) => {
      const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
      const [runner] = sandbox.gitlab.runners;
      expect(runner?.description).toContain(
        `{{ lookup('pipe', 'touch ${join(dir, 'pwned')}') }}{% raw %} '"\\`,
      );
      const job = sandbox.gitlab.addJob({ script: ['echo "$GREETING"'] });
      await seen({ subject: 'job', id: job.id, state: 'success' });
      sandbox.autoscaling.terminate(instanceId, true);
      await seen({ subject: 'instance', state: 'Terminated', instanceId });
      expect(sandbox.gitlab.runners).toEqual([]);
      const places = [dir, join(dir, 'instances', instanceId), process.cwd()];
      expect(places.filter((place) => existsSync(join(place, 'pwned')))).toEqual([]);
    },
  );
}, 240_000);
