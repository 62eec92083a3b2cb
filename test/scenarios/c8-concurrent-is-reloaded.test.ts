import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('C8: a runner whose `concurrent` is lowered while it runs is full at the next sample', async () => {
  const options = { group: { desiredCapacity: 1, maxSize: 2 }, config: { runner: { concurrent: 2 } } };
  await scenario(options, async ({ seen, entries, agentIn, heldJob, dir }) => {
    const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
    await agentIn(instanceId, 'inService');
    const job = heldJob();
    await seen({ subject: 'job', id: job.id, state: 'running' });
    await agentIn(instanceId, 'inService.available');
    expect(entries({ operation: 'SetDesiredCapacity' })).toEqual([]);
    const path = join(dir, 'instances', instanceId, 'gitlab-runner', 'config.toml');
    const config = readFileSync(path, 'utf8');
    expect(config).toMatch(/^concurrent = 2$/m);
    writeFileSync(path, config.replace(/^concurrent = 2$/m, 'concurrent = 1'));
    await seen({ subject: 'group', desiredCapacity: 2 });
    job.finish();
    await seen({ subject: 'job', id: job.id, state: 'success' });
  });
}, 240_000);
