import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEntries } from '../../../src/engine/journal.ts';
import { markedProcesses } from '../../../src/playbooks/marked-processes.ts';
import { HOOKS, scenario, type World } from '../world.ts';

const config = { lifecycle: { initAttempts: 2, initTimeout: '15s' } };
const none = { launchHook: undefined, terminateHook: undefined };

/**
 * Freezes every init of the first instance in the middle of its registration: GitLab has made the runner manager, and
 * the play will never do anything again but be killed.
 */
async function freezeInit({ sandbox, seen, dir }: World): Promise<string> {
  const { instanceId = '' } = await seen({ subject: 'instance', state: 'Pending' });
  const inits = join(dir, 'instances', instanceId, 'run', 'init-');
  sandbox.log.subscribe((entry) => {
    if (entry.operation !== 'verifyRunner') return;
    for (const pid of markedProcesses((run) => run.startsWith(inits))) process.kill(pid, 'SIGSTOP');
  });
  return instanceId;
}

/** Both attempts ran into their limit, and no process or registration of theirs is left. */
function bothAttemptsHung({ dir, sandbox, entries }: World, instanceId: string): void {
  const home = join(dir, 'instances', instanceId);
  const failures = readEntries(join(home, 'state'))
    .map(({ event }) => event as { type: string; operation?: string; reason?: string })
    .filter(({ type }) => type === 'playbook.failed');
  expect(failures).toEqual([
    expect.objectContaining({ operation: 'init-1', reason: 'timeout' }),
    expect.objectContaining({ operation: 'init-2', reason: 'timeout' }),
  ]);
  expect(markedProcesses((run) => run.startsWith(join(home, 'run', 'init-')))).toEqual([]);
  const created = entries({ subject: 'manager', state: 'created' }).map(({ systemId }) => systemId);
  expect(created).not.toEqual([]);
  const left = sandbox.gitlab.runners.flatMap(({ managers }) => [...managers.keys()]);
  expect(left).not.toContain(created[0]);
}

describe('L2: init hangs past its limit', () => {
  const HOOKED = [
    { after: 'the terminate hook that opens after it is answered', terminateHook: HOOKS.terminateHook },
    { after: 'the group has no terminate hook', terminateHook: undefined },
  ];
  for (const { after, terminateHook } of HOOKED) {
    it.concurrent(`is ended twice, abandoned, and leaves no runner; ${after}`, async () => {
      await scenario({ group: { desiredCapacity: 1, terminateHook }, config }, async (world) => {
        const { seen, entries, sandbox } = world;
        const instanceId = await freezeInit(world);
        sandbox.autoscaling.suspended.add('Launch');
        await seen({ subject: 'instance', state: 'Terminated', instanceId }, 120_000);
        const completed = entries({ subject: 'hook', state: 'completed' });
        expect(completed.map(({ hook, result }) => `${hook} ${result}`)).toEqual([
          'launch ABANDON',
          ...(terminateHook === undefined ? [] : ['terminate CONTINUE']),
        ]);
        bothAttemptsHung(world, instanceId);
      });
    }, 240_000);
  }

  it.concurrent('marks the instance unhealthy where the group has no hook at all, and is replaced', async () => {
    await scenario({ group: { desiredCapacity: 1, ...none }, config }, async (world) => {
      const { seen } = world;
      const instanceId = await freezeInit(world);
      await seen({ operation: 'SetInstanceHealth', status: 200 }, 120_000);
      await seen({ subject: 'instance', state: 'Terminated', instanceId });
      bothAttemptsHung(world, instanceId);
      const created = await seen({ subject: 'manager', state: 'created' });
      // The replacement proves itself.
      await seen(
        (entry) =>
          entry.subject === 'manager' && entry.state === 'created' && entry.systemId !== created.systemId,
      );
    });
  }, 240_000);
});
