import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('L1: an instance polls GitLab with success, then gets exactly one CONTINUE, then is InService', async () => {
  await scenario({ group: { desiredCapacity: 1 } }, async ({ seen, entries }) => {
    const inService = await seen({ subject: 'instance', state: 'InService' });
    const polled = entries({ operation: 'requestJob' }).find((entry) => entry.status === 204);
    const completed = entries({ subject: 'hook', state: 'completed' });
    expect(completed).toHaveLength(1);
    expect(completed[0]).toMatchObject({ hook: 'launch', result: 'CONTINUE' });
    expect(polled?.seq).toBeLessThan(completed[0]?.seq ?? 0);
    expect(completed[0]?.seq).toBeLessThan(inService.seq);
  });
}, 240_000);
