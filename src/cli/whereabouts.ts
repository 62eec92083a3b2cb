import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { type Identity, readIdentity } from '../sources/identity.ts';
import { createImds } from '../sources/imds.ts';

/** Where a command runs: on an instance, or anywhere else with a region. */
export interface Whereabouts {
  /** Null: this host is no instance. */
  identity: Identity | null;
  region: string;
}

/** Which instance this host is, if it is one, and the region to ask. Throws ConfigError where no region is known. */
export async function findWhereabouts(
  config: Config,
  { env, clock, signal }: { env: NodeJS.ProcessEnv; clock: Clock; signal: AbortSignal },
): Promise<Whereabouts> {
  const given = config.autoscaling.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined);
  const identity = await findIdentity(config, given, clock, signal);
  const region = given ?? identity?.region;
  if (region === undefined) {
    throw new ConfigError('which region to ask is not known: set autoscaling.region, or AWS_REGION');
  }
  return { identity, region };
}

async function findIdentity(
  config: Config,
  region: string | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<Identity | null> {
  const { endpoint, timeout } = config.metadata;
  const imds = createImds({ endpoint, timeout, clock });
  try {
    return await readIdentity(imds, region, signal);
  } catch {
    signal.throwIfAborted();
    return null;
  } finally {
    imds.close();
  }
}
