import { pino } from 'pino';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import { type Journal, openJournal } from '../../src/engine/journal.ts';
import { stateName } from '../../src/engine/record.ts';
import { recover } from '../../src/engine/recovery.ts';
import type { Steps } from '../../src/engine/step.ts';
import { defaultPolicy } from '../../src/lifecycle/policy.ts';
import { carryOut, lookAt } from './effects.ts';
import type { World } from './world.ts';

const policy = {
  ...defaultPolicy,
  idleThreshold: 120_000,
  recheck: 15_000,
  drainLimit: 1_200_000,
  maintenanceLead: 30_000,
};
const RESTART = 2_000;
/** No shutdown is held up for longer than the chart's limit; then systemd kills what is left. */
const HELD_UP = 91_000;
const REBOOT = 20_000;
/** A look, unreg, and as many restarts as there are kills in a run. */
const DRAIN_AFTER_BOOT = 20_000;
/** EC2's health check sees that a machine is off, and nothing is left of it. */
const SEEN_OFF = 30_000;
/** States from which the host can go down. */
const HALTED = /^(halting\.halted|terminating\.releasing|retained|released)$/;
/** The group forgets an instance a little before its host is switched off. */
const SWITCHED_OFF = 5_000;
const silent = pino({ level: 'silent' });

export interface HostOptions {
  /** The real journal is written here. */
  dir: string;
  /** Numbers of the moments at which the agent is killed: each write and each command passes several. */
  killedAt: ReadonlySet<number>;
  /** A fault put into the journal, to see that the checks can fail. */
  sabotage?(journal: Journal): Journal;
  /** Another machine, for the same end. */
  steps?: Steps;
}

/** The host: the real engine on the real journal, killed and started again. */
export function createHost(world: World, options: HostOptions) {
  const { dir, killedAt, steps, sabotage = (journal) => journal } = options;
  const { clock, group, runner, violate } = world;
  let moments = 0;
  let kill: (() => void) | null = null;
  let engine: Engine | null = null;
  let off = false;
  let boot = 1;
  let goingDown = false;
  let confirmed = false;
  let confirmedLife = 1;

  function start(): void {
    let alive = true;
    const stops: Array<() => void> = [];
    const real = openJournal(dir);
    const journal = sabotage(real);
    const survives = () => {
      if (!alive) return false;
      moments += 1;
      if (killedAt.has(moments)) kill?.();
      return alive;
    };
    const own = createEngine({
      clock,
      log: silent,
      policy,
      instanceId: 'i-1',
      bootId: `boot-${boot}`,
      clockOffset: 0,
      ...(steps && { steps }),
      journal: {
        ...journal,
        append(entry) {
          if (!survives()) return;
          journal.append(entry);
          watch(entry.to, entry.record.life);
          survives();
        },
      },
      execute: (command, { desiredBefore }) => carryOut(world, { command, desiredBefore }, observe, survives),
    });
    engine = own;

    kill = () => {
      alive = false;
      kill = null;
      own.stop();
      for (const stop of stops) stop();
      real.close();
      // While the host goes down systemd starts nothing again.
      if (!off && !goingDown) clock.setTimer(clock.now() + RESTART, () => off || goingDown || start());
    };

    function observe(): void {
      if (!alive) return;
      if (group.answers()) own.dispatch({ type: 'group.observed', group: group.view() });
      else own.dispatch({ type: 'group.unreachable', forMs: clock.now() - (group.apiDownUntil - 90_000) });
    }

    const every = (ms: number, poll: () => void) => {
      const again = () => {
        if (!alive) return;
        poll();
        stops.push(clock.setTimer(clock.now() + ms, again));
      };
      again();
    };

    let openMaintenance: string | null = null;
    function watchMaintenance(): void {
      const { maintenance } = world;
      if (openMaintenance !== null && openMaintenance !== maintenance?.id) {
        own.dispatch({ type: 'maintenance.cleared', id: openMaintenance });
      }
      openMaintenance = maintenance?.id ?? null;
      if (maintenance === null) return;
      const { id, notBefore } = maintenance;
      own.dispatch({ type: 'maintenance.noticed', id, code: 'system-reboot', notBefore, notAfter: null });
    }

    function watchWorld(): void {
      if (!alive) return;
      openMaintenance = own.context.maintenanceId;
      every(5_000, observe);
      every(4_000, () => {
        own.dispatch({ type: 'target.observed', target: group.target() });
        watchMaintenance();
        if (world.interruptionAt !== null) {
          own.dispatch({
            type: 'interruption.noticed',
            action: 'terminate',
            deadline: world.interruptionAt,
          });
        }
      });
      every(10_000, () => {
        own.dispatch({ type: 'runner.process', alive: runner.alive() });
        if (!runner.alive() || clock.now() < world.metricsDownUntil) {
          own.dispatch({ type: 'runner.unreadable', reason: 'no answer' });
        } else {
          const [running, limit] = [runner.running().length, runner.limit];
          own.dispatch({ type: 'runner.sampled', running, limit, paused: false });
          if (!runner.registered && !runner.stopping()) own.dispatch({ type: 'runner.rejected' });
        }
      });
    }

    world.plays.sweep();
    const look = async () => {
      if (!group.answers()) throw new Error('the API does not answer');
      return lookAt(world);
    };
    const record = journal.last?.record ?? null;
    void recover(own, { record, announced: [], look, log: silent }).then(watchWorld);
    // Back in the warm pool: the agent begins another life.
    void own.released.then(() => {
      if (alive && group.pooled()) kill?.();
    });
  }

  /** Invariant 3: within one life, after a confirmed termination nothing leads back into service. */
  function watch(to: string, life: number): void {
    if (life !== confirmedLife) confirmed = false;
    confirmedLife = life;
    if (/^terminating\.(draining|retrying|forcing|releasing)/.test(to)) confirmed = true;
    if (confirmed && to.startsWith('inService')) violate(`back to ${to} after a confirmed termination`);
  }

  /** The operating system goes down: the agent is told, and the machine waits for it. */
  function goDown(kind: 'poweroff' | 'reboot'): void {
    if (off || goingDown) return;
    goingDown = true;
    const agent = kill === null ? null : engine;
    agent?.dispatch({ type: 'host.stopping', kind });
    const until = clock.now() + HELD_UP;
    const wait = () => {
      if (off) return;
      const there = agent !== null && kill !== null;
      if (!there || HALTED.test(stateName(agent.record.value))) down(kind, there);
      else if (clock.now() >= until) violate(`the shutdown was held up in ${stateName(agent.record.value)}`);
      else clock.setTimer(clock.now() + 500, wait);
    };
    wait();
  }

  function down(kind: 'poweroff' | 'reboot', orderly: boolean): void {
    kill?.();
    world.plays.sweep();
    if (orderly && runner.alive()) violate(`the runner outlived a ${kind}`);
    // Killed in the middle of it: nobody was there to stop the runner, or to unregister it.
    runner.die();
    if (kind === 'poweroff') {
      if (!orderly) world.unannounced = true;
      world.deserted = !orderly;
      clock.setTimer(clock.now() + SEEN_OFF, () => group.vanish());
      return;
    }
    const back = clock.now() + REBOOT;
    // Killed in the shutdown, and back too late for all that a drain needs before the interruption ends the instance.
    if (!orderly && world.interruptionAt !== null && world.interruptionAt < back + DRAIN_AFTER_BOOT) {
      world.unannounced = true;
    }
    clock.setTimer(back, () => {
      if (off) return;
      boot += 1;
      goingDown = false;
      start();
    });
  }

  world.gone.told = () => {
    clock.setTimer(clock.now() + SWITCHED_OFF, () => {
      off = true;
      kill?.();
    });
  };
  start();
  return {
    state: () => (engine === null ? 'off' : stateName(engine.record.value)),
    killNow: () => kill?.(),
    goDown,
    moments: () => moments,
    off() {
      off = true;
      kill?.();
    },
  };
}

export type Host = ReturnType<typeof createHost>;
