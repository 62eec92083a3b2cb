import type { HaltKind } from '../lifecycle/events.ts';
import type { ScalingGroup } from './autoscaling/group.ts';
import type { InstanceHost, SandboxInstance, SandboxUrls } from './host.ts';
import type { EventLog } from './log.ts';

export interface PowerOptions {
  host: InstanceHost;
  log: EventLog;
  urls(): SandboxUrls;
}

/** Switches machines off and on, as EC2 and their own operating systems do. */
export interface Power {
  /** The operating system goes down in its own way; resolves when it is down. */
  shutDown(instance: SandboxInstance, kind: HaltKind): Promise<void>;
  /** It boots again from its disk. */
  start(instance: SandboxInstance): Promise<void>;
}

export function createPower({ host, log, urls }: PowerOptions): Power {
  const note = (instanceId: string, state: string, more = {}) =>
    log.append({ service: 'ec2', kind: 'state', subject: 'machine', instanceId, state, ...more });
  return {
    async shutDown(instance, kind) {
      note(instance.id, 'going down', { how: kind });
      await (host.shutDown?.(instance, kind) ?? host.powerOff(instance));
      note(instance.id, 'down');
    },
    async start(instance) {
      note(instance.id, 'started');
      await (host.start?.(instance) ?? host.boot(instance, urls()));
    },
  };
}

/** A reboot, by EC2 or by the host itself: the group does not see it. */
export async function reboot(power: Power, group: ScalingGroup, instance: SandboxInstance): Promise<void> {
  await power.shutDown(instance, 'reboot');
  if (group.machines.get(instance.id)?.state === 'running') await power.start(instance);
}

/** The host powers itself off: EC2's health check finds it stopped, and the group replaces it. */
export async function powerOff(power: Power, group: ScalingGroup, instance: SandboxInstance): Promise<void> {
  group.machineIs(instance.id, 'stopping');
  await power.shutDown(instance, 'poweroff');
  group.machineIs(instance.id, 'stopped');
  if (group.instances.has(instance.id)) group.setHealth(instance.id, 'Unhealthy');
}
