import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('C1: running = limit asks for one more instance, and for nothing more until there is slack', async () => {
  await scenario({ group: { desiredCapacity: 1, maxSize: 4 } }, async ({ seen, entries, heldJob }) => {
    await seen({ subject: 'instance', state: 'InService' });
    const job = heldJob();
    const { seq } = await seen({ subject: 'group', desiredCapacity: 2 });
    // The second instance serves too, and the first is looked at again and again.
    await seen((entry) => entry.seq > seq && entry.subject === 'instance' && entry.state === 'InService');
    let looks = 0;
    await seen((entry) => {
      if (entry.seq > seq && entry.operation === 'DescribeAutoScalingGroups') looks += 1;
      return looks === 8;
    });
    job.finish();
    await seen({ subject: 'job', id: job.id, state: 'success' });
    expect(entries({ subject: 'group' })).toHaveLength(1);
    expect(entries({ operation: 'SetDesiredCapacity' })).toHaveLength(1);
  });
}, 240_000);
