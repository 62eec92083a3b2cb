import type { InstanceHost, SandboxInstance, SandboxUrls } from '../../../src/sandbox/host.ts';
import type { HostEnd } from './boot.ts';
import type { Cloud } from './cloud.ts';
import type { TestHost } from './host.ts';
import type { DiskFiles } from './layers.ts';

export interface InstanceHostsOptions {
  /** The disks that each instance begins as (`TestHost.disk`), the uppermost first. */
  image?: readonly string[];
  /** What an instance has beside its image. */
  files?(instance: SandboxInstance, urls: SandboxUrls): DiskFiles;
  /** Told of each host once its systemd answers for the first time. */
  onBoot?(host: TestHost): void;
  /** Told when an instance has gone down by itself: `poweroff`, or `reboot`, after which it comes up again. */
  onEnd?(instanceId: string, end: HostEnd): void;
}

/** The instances of a group as real systemd hosts. */
export interface InstanceHosts extends InstanceHost {
  /** The host of an instance, also after it has gone. */
  of(instanceId: string): TestHost;
  all(): TestHost[];
  /** Instances that boot from now on are copies of this host, which is off: its machine id comes with its disk. */
  bake(host: TestHost): void;
  /** Cuts the power of all of them, so that closing the sandbox waits for no shutdown. */
  cutAll(): Promise<void>;
}

/**
 * EC2 starts an instance: a host boots. EC2 shuts it down: its power button is pressed, as ACPI has it. EC2 takes it: the
 * power is cut. A host that reboots by itself comes up again by itself.
 */
export function instanceHosts(cloud: Cloud, options: InstanceHostsOptions = {}): InstanceHosts {
  const hosts = new Map<string, TestHost>();
  let image = options.image ?? [];
  let machineId: string | null = null;
  const of = (id: string) => {
    const host = hosts.get(id);
    if (host === undefined) throw new Error(`no host was booted for ${id}`);
    return host;
  };
  return {
    of,
    all: () => [...hosts.values()],
    bake(host) {
      image = [host.disk, ...image];
      machineId = host.read('/etc/machine-id')?.trim() ?? null;
    },
    async boot(instance, urls) {
      const host = cloud.addHost({
        name: instance.id,
        image,
        ...(machineId !== null && { machineId }),
        files: options.files?.(instance, urls) ?? {},
        onEnd: (end) => options.onEnd?.(instance.id, end),
      });
      hosts.set(instance.id, host);
      await host.boot();
      options.onBoot?.(host);
    },
    powerOff: async ({ id }) => hosts.get(id)?.cutPower(),
    shutDown: ({ id }, kind) => of(id).shutDown(kind),
    start: ({ id }) => of(id).started(),
    cutAll: async () => void (await Promise.all([...hosts.values()].map((host) => host.cutPower()))),
  };
}
