import { createHash } from 'node:crypto';

/** An EC2 instance id ("Resource IDs", EC2 User Guide): 17 hexadecimal digits, 8 on old accounts. */
const INSTANCE_ID = 'i-(?:[0-9a-f]{17}|[0-9a-f]{8})';

/** The instance ids that a text names. */
export const instanceIdsIn = (text: string): string[] =>
  [...text.matchAll(new RegExp(`\\b${INSTANCE_ID}\\b`, 'g'))].map(([id]) => id);

/**
 * The system id that gitlab_runner_init.yml gives the runner manager of an instance: a function of the instance id
 * alone (playbooks/module_utils/runner_identity.py), so that it proves which instance a manager belonged to.
 */
export const systemIdOf = (instanceId: string): string =>
  `r_${createHash('sha256').update(`drover ${instanceId}`).digest('hex').slice(0, 12)}`;

/** Whether a system id looks like one of ours. GitLab Runner's own random ones have letters of both cases. */
export const looksLikeOurs = (systemId: string): boolean => /^r_[0-9a-f]{12}$/.test(systemId);

/**
 * The instance that a runner was created for, by the exact description that init gives it; null: another one's runner.
 * `name` is that of the entry under `runners`; without one, runners are named after the instance.
 */
export function instanceOfRunner(name: string | undefined, description: string): string | null {
  const ids = instanceIdsIn(description);
  const [id] = ids;
  if (id === undefined || ids.length > 1) return null;
  const expected = name === undefined ? id : name.includes(id) ? name : `${name} (${id})`;
  return description === expected ? id : null;
}
