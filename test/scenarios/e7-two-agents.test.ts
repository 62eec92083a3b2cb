import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { scenario } from './world.ts';

it('E7: a second agent on the same state directory refuses, and names the pid of the first', async () => {
  await scenario({ group: { desiredCapacity: 1 } }, async ({ seen, host, sandbox }) => {
    const { instanceId = '' } = await seen({ subject: 'instance', state: 'InService' });
    const config = join(sandbox.instances.get(instanceId)?.dir ?? '', 'config.yml');
    const drover = join(packageRoot(), 'bin', 'drover.js');
    const second = spawnSync(process.execPath, [drover, 'agent', '--config', config], { encoding: 'utf8' });
    expect(second.status).toBe(1);
    expect(second.stderr).toContain(`pid ${host.agentOf(instanceId)?.pid}`);
  });
}, 240_000);
