import { expect, it } from 'vitest';
import { scenario } from './world.ts';

it('C5: past the idle threshold the instance is terminated with decrement', async () => {
  await scenario(
    { group: { desiredCapacity: 1 }, config: { lifecycle: { idleThreshold: '3s' } } },
    async ({ seen, entries, sandbox }) => {
      await seen({ subject: 'instance', state: 'Terminated' }, 90_000);
      expect(entries({ subject: 'group' }).at(-1)).toMatchObject({ from: 1, desiredCapacity: 0 });
      expect(entries({ operation: 'TerminateInstanceInAutoScalingGroup' })).toHaveLength(1);
      expect(entries({ subject: 'instance', state: 'Pending' })).toHaveLength(1);
      expect(entries({ subject: 'hook', state: 'completed', hook: 'terminate' })).toHaveLength(1);
      expect(sandbox.gitlab.runners[0]?.managers.size).toBe(0);
    },
  );
}, 240_000);
