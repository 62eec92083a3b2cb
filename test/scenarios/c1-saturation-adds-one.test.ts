import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('C1: running = limit asks for one more instance, and for nothing more until there is slack', async () => {
  await scenario({ group: { desiredCapacity: 1, maxSize: 4 } }, async ({ seen, entries, sandbox }) => {
    await seen({ subject: 'instance', state: 'InService' });
    const job = sandbox.gitlab.addJob({ script: ['sleep 14'] });
    await seen({ subject: 'group', desiredCapacity: 2 });
    await seen({ subject: 'job', id: job.id, state: 'success' });
    expect(entries({ subject: 'group' })).toHaveLength(1);
    expect(entries({ operation: 'SetDesiredCapacity' })).toHaveLength(1);
  });
}, 240_000);
