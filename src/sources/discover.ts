import type { Clock } from '../clock.ts';
import type { Observation, TargetLifecycleState } from '../lifecycle/events.ts';
import type { Logger } from '../logger.ts';
import { readRegistered } from '../runner/config-file.ts';
import { findRunner, type RunnerSettings } from '../runner/process.ts';
import type { GroupReader } from './group-reader.ts';
import { untilAnswered } from './identity.ts';
import type { Imds } from './imds.ts';
import { parseTarget } from './notices.ts';

export interface DiscoverDeps {
  imds: Imds;
  reader: GroupReader;
  settings: RunnerSettings;
  clock: Clock;
  log: Logger;
}

/**
 * Everything that the machine needs to find its place: group, target, local runner. Asks the Auto Scaling API again,
 * with growing pauses, until it answers; metadata that cannot be read leave the target unknown (null).
 */
export async function discover(
  deps: DiscoverDeps,
  signal?: AbortSignal,
): Promise<Extract<Observation, { type: 'discovered' }>> {
  const { reader, settings, clock, log } = deps;
  const group = await untilAnswered(() => reader.read(signal), {
    clock,
    log,
    signal,
    what: 'Auto Scaling group',
  });
  const [target, pid, registered] = await Promise.all([
    readTarget(deps, signal),
    findRunner(settings).catch(() => null),
    readRegistered(settings.configFile),
  ]);
  return {
    type: 'discovered',
    group,
    target,
    runner: { alive: pid !== null, registered: registered.length > 0 },
  };
}

async function readTarget(
  { imds, log }: DiscoverDeps,
  signal?: AbortSignal,
): Promise<TargetLifecycleState | null> {
  try {
    const reply = await imds.get('meta-data/autoscaling/target-lifecycle-state', signal);
    return reply && parseTarget(reply.text);
  } catch (error) {
    signal?.throwIfAborted();
    log.warn({ err: error }, 'the target lifecycle state cannot be read');
    return null;
  }
}
