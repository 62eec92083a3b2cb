import { createAutoScaling } from '../aws/autoscaling.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { createGroupReader, type GroupReader } from '../sources/group-reader.ts';
import type { Identity } from '../sources/identity.ts';

/** The group as this instance sees it, for the services that run no engine. */
export function groupReader(config: Config, identity: Identity, clock: Clock): GroupReader {
  const { endpoint, launchHook, terminateHook } = config.autoscaling;
  return createGroupReader({
    api: createAutoScaling({ endpoint, region: identity.region }),
    clock,
    instanceId: identity.instanceId,
    hookNames: { launching: launchHook, terminating: terminateHook },
  });
}
