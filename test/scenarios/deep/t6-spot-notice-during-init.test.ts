import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEntries } from '../../../src/engine/journal.ts';
import { HOOKS, scenario } from '../world.ts';

/** What the group has, when its terminate hook opens, and the answers that its hooks then get. */
const VARIANTS = [
  {
    title: 'the launch hook gets ABANDON, and the terminate hook that opens after it CONTINUE',
    terminateHook: HOOKS.terminateHook,
    hook: 'never',
    answers: ['launch ABANDON', 'terminate CONTINUE'],
  },
  {
    title: 'the launch hook gets ABANDON where the group has no terminate hook',
    terminateHook: undefined,
    hook: 'never',
    answers: ['launch ABANDON'],
  },
  {
    title: 'the terminate hook that opens with the notice gets CONTINUE; the launch hook is gone by then',
    terminateHook: HOOKS.terminateHook,
    hook: 'with-notice',
    answers: ['terminate CONTINUE'],
  },
] as const;

describe('T6: a Spot notice during init cancels it and leaves nothing registered', () => {
  for (const { title, terminateHook, hook, answers } of VARIANTS) {
    it.concurrent(title, async () => {
      await scenario({ group: { desiredCapacity: 1, terminateHook } }, async ({ seen, entries, sandbox }) => {
        // Registered, yet without the proof that init waits for.
        sandbox.faults.add({ service: 'gitlab', operation: 'requestJob', kind: 'error', status: 503 });
        await seen({ subject: 'manager', state: 'created' });
        const [instance] = sandbox.instances.values();
        if (instance === undefined) throw new Error('no instance');
        sandbox.autoscaling.suspended.add('Launch');
        sandbox.interrupt(instance.id, { inSeconds: 110, hook });

        await seen({ subject: 'instance', state: 'Terminated', instanceId: instance.id }, 100_000);
        const completed = entries({ subject: 'hook', state: 'completed' });
        expect(completed.map((entry) => `${entry.hook} ${entry.result}`)).toEqual(answers);
        expect(sandbox.gitlab.runners.map(({ managers }) => managers.size)).toEqual([0]);
        const commands = readEntries(join(instance.dir, 'state')).flatMap((entry) => entry.commands);
        expect(commands.filter(({ type }) => type === 'playInit')).toHaveLength(1);
        expect(commands).toContainEqual({ type: 'cancelPlaybook', operation: 'init-1' });
      });
    }, 240_000);
  }
});
