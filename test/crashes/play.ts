import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost, type Host, type HostOptions } from './host.ts';
import { createWorld, type World } from './world.ts';

/** What the outside world does, one after the other. Times in seconds. */
export type Deed =
  | { does: 'wait'; seconds: number }
  | { does: 'addJob'; seconds: number }
  | { does: 'terminate' }
  | { does: 'announceThenTerminate'; lead: number }
  | { does: 'scaleIn' }
  | { does: 'interrupt' }
  | { does: 'failNextPlay'; task: number }
  | { does: 'apiDown'; seconds: number }
  | { does: 'metricsDown'; seconds: number }
  | { does: 'runnerDies' }
  | { does: 'deletedInGitLab' }
  | { does: 'takeBack' }
  | { does: 'maintenance'; inSeconds: number }
  | { does: 'maintenanceOver' }
  | { does: 'poweroff' }
  | { does: 'reboot' }
  | { does: 'killAgent' };

const SPOT_NOTICE = 120_000;
/** The real journal on files in memory: what a disk does to it is not asked here, and it is much slower. */
const MEMORY = '/dev/shm';
/** Longer than any job, threshold, retry and hook here together. */
const LONG = 1_500_000;

function doIt(world: World, deed: Deed, host: Host): void {
  const { clock, group, runner, plays } = world;
  switch (deed.does) {
    case 'addJob':
      runner.add(deed.seconds * 1_000);
      return;
    // Without a hook nothing holds back an operator: jobs die, and nobody promised otherwise.
    case 'terminate':
      if (world.hooks) group.terminate(false);
      return;
    case 'announceThenTerminate':
      if (world.hooks) group.announce(deed.lead * 1_000);
      return;
    // Without a hook only protection holds it back, and that is asked for together with init.
    case 'scaleIn':
      if (group.state() === 'InService' && !group.scaleInProtected && (world.hooks || plays.idle())) {
        world.unannounced ||= !world.hooks;
        group.terminate(group.size.desired > group.size.min);
      }
      return;
    case 'interrupt':
      if (world.interruptionAt !== null) return;
      world.interruptionAt = clock.now() + SPOT_NOTICE;
      clock.setTimer(world.interruptionAt, () => group.vanish());
      return;
    case 'failNextPlay':
      plays.failNext(deed.task);
      return;
    case 'apiDown':
      group.apiDownUntil = clock.now() + deed.seconds * 1_000;
      return;
    case 'metricsDown':
      world.metricsDownUntil = clock.now() + deed.seconds * 1_000;
      return;
    case 'runnerDies':
      runner.die();
      return;
    case 'deletedInGitLab':
      runner.registered = false;
      return;
    case 'takeBack':
      if (!group.scaleInProtected) group.takeBack();
      return;
    case 'maintenance':
      world.maintenance ??= { id: `m-${clock.now()}`, notBefore: clock.now() + deed.inSeconds * 1_000 };
      return;
    case 'maintenanceOver':
      world.maintenance = null;
      return;
    case 'poweroff':
    case 'reboot':
      host.goDown(deed.does);
      return;
    case 'killAgent':
      host.killNow();
      return;
    case 'wait':
  }
}

export interface Run {
  hooks: boolean;
  deeds: Deed[];
  /** Gaps between the moments at which the agent is killed. */
  kills: number[];
}

/** What is put wrong on purpose, to see that it is noticed. */
export type Faults = Pick<HostOptions, 'sabotage' | 'steps'>;

/** Plays one run to its end and tells what went wrong; an empty list: nothing. */
export async function play(run: Run, faults: Faults = {}): Promise<string[]> {
  const dir = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'drover-crashes-'));
  const world = createWorld(run.hooks);
  const { clock, group, runner, violations, violate } = world;
  let moment = 0;
  const killedAt = new Set(run.kills.map((gap) => (moment += gap + 1)));
  group.begin();
  const host = createHost(world, { dir, killedAt, ...faults });
  try {
    for (const deed of run.deeds) {
      doIt(world, deed, host);
      await clock.advance(deed.does === 'wait' ? deed.seconds * 1_000 : 700);
    }
    // Then the world leaves it in peace, and everything has to come to its end.
    world.plays.forgetFailures();
    world.maintenance = null;
    await clock.advance(LONG);
    if (group.state() !== 'gone') {
      const state = host.state();
      if (!state.startsWith('inService')) violate(`${group.state()} in the group, yet ${state}`);
      if (!runner.registered || !runner.alive() || runner.stopping()) {
        violate(`in service without a runner that serves (${state})`);
      }
      if (run.hooks) group.terminate(false);
    }
    await clock.advance(LONG);
    if (run.hooks && group.state() !== 'gone') violate(`never let go: ${group.state()}, ${host.state()}`);
    for (const job of runner.jobs) {
      if (job.state === 'lost') violate(`job ${job.id} was lost`);
      if (job.state === 'running') violate(`job ${job.id} runs on nothing`);
    }
    const { min, max, desired } = group.size;
    if (desired < min || desired > max) violate(`desired capacity ${desired} outside ${min}..${max}`);
    return violations;
  } finally {
    host.off();
    rmSync(dir, { recursive: true, force: true });
  }
}
