import type { Ec2Answer } from './ask-ec2.ts';
import type { Claim, ManagerClaim, RunnerClaim } from './claims.ts';
import { systemIdOf } from './identity.ts';
import type { KnownInstance } from './list-instances.ts';

/** `undecided`: EC2 gave no answer. `unknown`: there is an answer, but it does not prove that the instance is gone. */
export type Verdict =
  | { is: 'gone'; because: string }
  | { is: 'lives'; because: string }
  | { is: 'undecided'; because: string }
  | { is: 'unknown'; because: string; mend: string };

/**
 * For this long (ms) "not found" proves nothing: EC2 may not know a new instance yet ("Eventual consistency in the
 * Amazon EC2 API"). A terminated one is shown as such for about as long, so that nothing waits for it.
 */
const NOT_FOUND_COUNTS_AFTER = 3_600_000;

/** GitLab's clock and AWS's may differ by this (ms). */
const CLOCKS_DIFFER = 300_000;

/**
 * Whether an instance is gone. Only two answers prove it: `terminated`, which is final, and "not found" for an
 * instance that Auto Scaling of this very account and region launched long enough ago. Elsewhere "not found" may mean
 * no more than that another region was asked.
 */
export function judgeInstance(
  id: string,
  known: KnownInstance | undefined,
  answer: Ec2Answer | undefined,
  now: number,
): Verdict {
  if (answer === undefined) return { is: 'undecided', because: `EC2 was not asked about ${id}` };
  if (answer.kind === 'none') return { is: 'undecided', because: answer.message };
  if (answer.kind === 'state') {
    const because = `EC2 says ${id} is ${answer.state}`;
    return { is: answer.state === 'terminated' ? 'gone' : 'lives', because };
  }
  const because = `EC2 does not know ${id}`;
  if (known === undefined || known.firstSeen === null) {
    return {
      is: 'unknown',
      because: `${because}, and no Auto Scaling group of this region has launched it in the last six weeks`,
      mend: 'run reap with the region and the credentials of its group; if there is none, delete it in GitLab',
    };
  }
  const { lifecycleState, firstSeen } = known;
  if (lifecycleState !== null && !/^Terminating|:Wait$/.test(lifecycleState)) {
    return {
      is: 'unknown',
      because: `${because}, but its group holds it as ${lifecycleState}`,
      mend: 'run reap again when the group has replaced it',
    };
  }
  if (now - firstSeen < NOT_FOUND_COUNTS_AFTER) {
    return {
      is: 'unknown',
      because: `${because} (yet?): it was launched less than an hour ago`,
      mend: 'run reap again in an hour',
    };
  }
  return { is: 'gone', because: `${because} any more` };
}

/** What is to become of a claim, given what is known of its instance. */
export function judgeClaim(claim: Claim, known: KnownInstance | undefined, instance: Verdict): Verdict {
  if (claim.what === 'hook') return instance;
  if (claim.instanceId === null) {
    return {
      is: 'unknown',
      because: 'no instance that Auto Scaling remembers here has this system id',
      mend: 'run reap in the region of its group, or with --group; GitLab itself drops managers after a week of silence',
    };
  }
  if (instance.is !== 'gone') return instance;
  return objection(claim, claim.instanceId, known) ?? instance;
}

/** Signs that somebody else uses what a gone instance had. */
function objection(
  claim: RunnerClaim | ManagerClaim,
  instanceId: string,
  known: KnownInstance | undefined,
): Verdict | null {
  const managers = claim.what === 'manager' ? [claim.manager] : claim.runner.managers;
  if (managers === null) {
    return {
      is: 'unknown',
      because: 'its managers may not be read',
      mend: 'give the API token the scope manage_runner and the role that owns the runner',
    };
  }
  const stranger = managers.find(({ systemId }) => systemId !== systemIdOf(instanceId));
  if (stranger !== undefined) {
    return {
      is: 'unknown',
      because: `another host uses it too, with system id ${stranger.systemId}`,
      mend: 'unregister that host, or delete the runner in GitLab',
    };
  }
  const { terminatedAt } = known ?? { terminatedAt: null };
  const late = managers.find(
    ({ contactedAt }) => (contactedAt ?? 0) > (terminatedAt ?? Number.POSITIVE_INFINITY) + CLOCKS_DIFFER,
  );
  if (late === undefined) return null;
  return {
    is: 'unknown',
    because: `somebody used it at ${new Date(late.contactedAt ?? 0).toISOString()}, when ${instanceId} was gone`,
    mend: 'an image may carry its .runner_system_id and config.toml: remove them from the image, then delete it in GitLab',
  };
}
