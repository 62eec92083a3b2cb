import { createVirtualClock } from '../support/virtual-clock.ts';
import { createGroup } from './group.ts';
import { createPlays } from './plays.ts';
import { createRunner } from './runner.ts';

/** One instance, its group, its runner and GitLab, in memory and on the virtual clock. Notes what must never happen. */
export function createWorld(hooks: boolean) {
  const clock = createVirtualClock();
  const violations: string[] = [];
  const violate = (what: string) => {
    if (!violations.includes(what)) violations.push(what);
  };
  const runner = createRunner(clock);
  const gone = { told: () => {} };
  const group = createGroup(clock, {
    hooks,
    violate,
    attended: () => !world.deserted,
    onGone: () => {
      // Where nothing announces it there is no time: the shutdown unregisters, or `drover reap` afterwards.
      if (runner.registered && !world.unannounced)
        violate('the instance went and its runner is still in GitLab');
      runner.vanish();
      gone.told();
    },
  });
  const plays = createPlays(clock, group, runner, violate);
  const world = {
    clock,
    hooks,
    group,
    runner,
    plays,
    violations,
    violate,
    /** Set by the host: what happens to it when the instance goes. */
    gone,
    /** When a Spot interruption ends the instance, or null. */
    interruptionAt: null as number | null,
    metricsDownUntil: 0,
    /** A scheduled reboot, until it is over or cancelled. */
    maintenance: null as { id: string; notBefore: number } | null,
    /** Switched off with its agent killed: nobody is left who could answer the group, but `drover reap`. */
    deserted: false,
    /** Taken by the group, without a hook that would hold it back. */
    unannounced: false,
  };
  return world;
}

export type World = ReturnType<typeof createWorld>;
