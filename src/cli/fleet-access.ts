import { createAutoScaling } from '../aws/autoscaling.ts';
import { createEc2 } from '../aws/ec2.ts';
import { readInstance } from '../aws/instance.ts';
import { type Config, loadConfig } from '../config.ts';
import { clockOffsetNow, createTimeline } from '../engine/timeline.ts';
import { ConfigError } from '../errors.ts';
import { type FleetInstance, listFleet } from '../fleet/list-fleet.ts';
import { createFleetReader, type FleetReader } from '../fleet/read-fleet.ts';
import type { CliContext } from './context.ts';
import { findWhereabouts } from './whereabouts.ts';

/** What a command about other instances works with. */
export interface FleetAccess {
  config: Config;
  /** Throws ConfigError where there is no key to read with. */
  reader(): FleetReader;
  /** The instances of these groups; of none: of this instance's own. Throws ConfigError where that is none either. */
  ofGroups(groups: readonly string[]): Promise<FleetInstance[]>;
  /** One instance; null: no group holds it. */
  ofId(id: string): Promise<FleetInstance | null>;
}

/** Makes the clients from the configuration at `path` for `use`, and closes them in the end. */
export async function withFleet<T>(
  { env, signal }: CliContext,
  path: string,
  note: (text: string) => void,
  use: (fleet: FleetAccess) => Promise<T>,
): Promise<T> {
  const config = loadConfig(path, env);
  const clock = createTimeline(clockOffsetNow());
  const { identity, region } = await findWhereabouts(config, { env, clock, signal });
  const autoscaling = createAutoScaling({ endpoint: config.autoscaling.endpoint, region });
  const ec2 = createEc2({ endpoint: config.ec2.endpoint, region });
  const apis = { autoscaling, ec2 };
  try {
    return await use({
      config,
      reader: () => createFleetReader(config, { env, signal }),
      async ofGroups(groups) {
        const own =
          groups.length > 0 || identity === null
            ? undefined
            : (await readInstance(autoscaling, identity.instanceId, signal))?.AutoScalingGroupName;
        const wanted = own === undefined ? groups : [own];
        if (wanted.length === 0) {
          throw new ConfigError(
            'which group to show is not known: this host is in none; name it with --group',
          );
        }
        return await listFleet(apis, { groups: wanted }, signal, note);
      },
      ofId: async (id) => (await listFleet(apis, { ids: [id] }, signal, note))[0] ?? null,
    });
  } finally {
    autoscaling.close();
    ec2.close();
  }
}
