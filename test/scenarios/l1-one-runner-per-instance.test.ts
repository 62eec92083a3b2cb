import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scanFiles } from './secrets.ts';
import { scenario } from './world.ts';

it('L1: with an API token each instance gets a runner of its own, which goes with it', async () => {
  const options = { group: { desiredCapacity: 2 }, perInstance: true };
  await scenario(options, async ({ seen, sandbox, dir }) => {
    const served = new Set<string>();
    await seen(({ subject, state, instanceId = '' }) => {
      if (subject === 'instance' && state === 'InService') served.add(instanceId);
      return served.size === 2;
    });
    expect(sandbox.gitlab.runners.map(({ description }) => description).sort()).toEqual([...served].sort());
    expect(sandbox.gitlab.runners.map(({ managers }) => managers.size)).toEqual([1, 1]);
    // GitLab shows such a token once: it is in config.toml and nowhere else.
    const tokens = sandbox.gitlab.runners.map(({ token }) => token);
    for (const id of served) {
      const config = readFileSync(join(dir, 'instances', id, 'gitlab-runner', 'config.toml'), 'utf8');
      expect(tokens.filter((token) => config.includes(token))).toHaveLength(1);
    }
    expect(scanFiles(dir, tokens, ['config.toml'])).toEqual([]);
    for (const id of served) sandbox.autoscaling.terminate(id, true);
    for (const id of served) await seen({ subject: 'instance', state: 'Terminated', instanceId: id });
    expect(sandbox.gitlab.runners).toEqual([]);
  });
}, 240_000);
