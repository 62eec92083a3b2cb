import { sleep } from '../../src/clock.ts';
import type { FreshLook } from '../../src/engine/recovery.ts';
import type { LifecycleCommand } from '../../src/lifecycle/commands.ts';
import type { LifecycleInput } from '../../src/lifecycle/events.ts';
import type { World } from './world.ts';

const LATENCY = 100;

export const lookAt = ({ group, runner }: World): FreshLook => ({
  group: group.view(),
  target: group.target(),
  runner: { alive: runner.alive(), registered: runner.registered },
});

/** Resolves when the Auto Scaling API answers: effects try again for as long as it takes. */
async function api({ clock, group }: World): Promise<void> {
  await sleep(clock, Math.max(LATENCY, group.apiDownUntil - clock.now()));
}

/** Carries out one command in the world; the answer is what the real effect would report. */
export async function carryOut(
  world: World,
  { command, desiredBefore }: { command: LifecycleCommand; desiredBefore: number | null },
  observe: () => void,
  /** A moment at which the agent may be killed; false: it was, and nothing more happens. */
  survives: () => boolean,
): Promise<LifecycleInput | null> {
  const { group, runner, plays } = world;
  const never = new Promise<null>(() => {});
  const call = async (effect: () => LifecycleInput | null) => {
    await api(world);
    if (!survives()) return never;
    const answer = effect();
    return survives() ? answer : never;
  };
  if (!survives()) return never;
  switch (command.type) {
    case 'discover':
      return call(() => ({ type: 'discovered', ...lookAt(world) }));
    case 'observeGroup':
      observe();
      return null;
    case 'playInit':
    case 'playUnreg':
    case 'playScaleUp': {
      const play = plays.start(command, desiredBefore);
      return survives() ? play : never;
    }
    case 'cancelPlaybook':
      plays.cancel(command.operation);
      return null;
    case 'stopIntake':
      runner.quit();
      return null;
    case 'forceStop':
      if (command.signal === 'SIGTERM') runner.terminate();
      else runner.kill();
      return null;
    case 'recordHeartbeat':
      return call(() =>
        group.heartbeat(command.transition)
          ? { type: 'heartbeat.recorded', transition: command.transition }
          : {
              type: 'heartbeat.refused',
              transition: command.transition,
              message: 'No active Lifecycle Action',
            },
      );
    case 'completeLifecycleAction':
      return call(() => ({
        type: 'lifecycleAction.completed',
        transition: command.transition,
        outcome: group.complete(command.transition, command.result),
      }));
    case 'terminateInstance':
      return call(() => {
        const refusal = group.terminate(command.decrement);
        return refusal === null
          ? { type: 'termination.accepted' }
          : { type: 'termination.refused', message: refusal };
      });
    case 'setProtection':
      return call(() => {
        group.scaleInProtected = command.protected;
        return { type: 'protection.set', protected: command.protected };
      });
    case 'markUnhealthy':
      return call(() => {
        world.unannounced ||= !world.hooks;
        group.unhealthy();
        return { type: 'health.set' };
      });
  }
}
