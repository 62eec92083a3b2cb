import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';

/** What an instance's metadata hand out for its role. Times in ms since the epoch. */
export interface RoleKeys {
  accessKeyId: string;
  secretAccessKey: string;
  token: string;
  issuedAt: number;
  expiration: number;
}

export interface RoleCredentialsOptions {
  /** How long keys are good for, in ms. Default 6 h, as on EC2. */
  lifetime?: number;
  /** How long before that the metadata hand out others, in ms. Default 5 min ("Retrieve security credentials"). */
  renewal?: number;
}

/**
 * The role's temporary credentials of every instance: the metadata renew them in time, earlier ones are good until they
 * expire. AWS knows those that were handed out here; access keys of other kinds are nobody's here and are not judged.
 */
export class RoleCredentials {
  readonly #clock: Clock;
  readonly #lifetime: number;
  readonly #renewal: number;
  readonly #current = new Map<string, RoleKeys>();
  readonly #issued = new Map<string, RoleKeys & { revoked: boolean }>();

  constructor(clock: Clock, { lifetime = 21_600_000, renewal = 300_000 }: RoleCredentialsOptions = {}) {
    this.#clock = clock;
    this.#lifetime = lifetime;
    this.#renewal = renewal;
  }

  /** What the instance's metadata hand out now. */
  of(instanceId: string): RoleKeys {
    const current = this.#current.get(instanceId);
    if (current !== undefined && this.#clock.wall() < current.expiration - this.#renewal) return current;
    return this.#issue(instanceId);
  }

  /** AWS takes none of the instance's keys any more, whatever their expiration; its metadata hand out others. */
  revoke(instanceId: string): void {
    const { accessKeyId } = this.of(instanceId);
    const held = this.#issued.get(accessKeyId);
    if (held !== undefined) held.revoked = true;
    this.#current.delete(instanceId);
  }

  /** Whether AWS takes temporary keys with this session token at this time (ms since the epoch). */
  judge(accessKeyId: string, token: string | undefined, now: number): 'good' | 'expired' | 'unknown' {
    const keys = this.#issued.get(accessKeyId);
    if (keys === undefined || keys.token !== token) return 'unknown';
    return keys.revoked || keys.expiration <= now ? 'expired' : 'good';
  }

  #issue(instanceId: string): RoleKeys {
    const now = this.#clock.wall();
    const keys = {
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      token: randomBytes(60).toString('base64'),
      issuedAt: now,
      expiration: now + this.#lifetime,
    };
    this.#current.set(instanceId, keys);
    this.#issued.set(keys.accessKeyId, { ...keys, revoked: false });
    return keys;
  }
}
