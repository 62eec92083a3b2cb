import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScalingGroup } from '../../../src/sandbox/autoscaling/group.ts';
import type { GroupInstance, GroupSpec } from '../../../src/sandbox/autoscaling/model.ts';
import { autoScalingOperation } from '../../../src/sandbox/autoscaling/operations.ts';
import { EventLog } from '../../../src/sandbox/log.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';

export const LAUNCH = { name: 'launch', heartbeatTimeout: 60, defaultResult: 'ABANDON' } as const;
export const TERMINATE = { name: 'terminate', heartbeatTimeout: 60, defaultResult: 'CONTINUE' } as const;

/** The sandbox's group on the virtual clock, with machines that only note what is done to them. */
export function rig(spec: Partial<GroupSpec> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'drover-group-'));
  const clock = createVirtualClock();
  const log = new EventLog(clock, join(dir, 'events.ndjson'));
  const targets = new Map<string, string[]>();
  const machines: string[] = [];
  const note = (what: string) => (instance: GroupInstance) => void machines.push(`${what} ${instance.id}`);
  const group = new ScalingGroup({
    clock,
    log,
    region: 'us-east-1',
    spec: { name: 'g', minSize: 0, maxSize: 4, desiredCapacity: 0, ...spec },
    boot: note('boot'),
    start: note('start'),
    powerOff: note('off'),
    shutDown: async (instance) => note('down')(instance),
    addressOf: () => '127.0.0.1',
    target: ({ id }, target) => void targets.set(id, [...(targets.get(id) ?? []), target]),
  });
  group.start();
  return {
    group,
    clock,
    machines,
    /** Where the metadata of an instance said that it was to go, in order. */
    targetsOf: (id: string) => targets.get(id) ?? [],
    /** The states that an instance has gone through. */
    statesOf: (id: string) =>
      log.entries
        .filter((entry) => entry.subject === 'instance' && entry.instanceId === id)
        .map(({ state }) => state),
    ids: () => [...group.instances.keys()],
    one: (): GroupInstance => {
      const [instance] = group.instances.values();
      if (instance === undefined) throw new Error('the group has no instance');
      return instance;
    },
    states: () => [...group.instances.values()].map(({ lifecycleState }) => lifecycleState).sort(),
    call: (name: string, params: Record<string, string> = {}) =>
      autoScalingOperation(group, name, new URLSearchParams({ AutoScalingGroupName: 'g', ...params })),
    close() {
      group.close();
      rmSync(dir, { recursive: true });
    },
  };
}
