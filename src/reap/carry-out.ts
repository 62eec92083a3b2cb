import type { AutoScalingApi } from '../aws/autoscaling.ts';
import type { HookNames } from '../aws/hooks.ts';
import { AwsError } from '../errors.ts';
import type { Claim, ManagerClaim } from './claims.ts';
import { createHookCompleter } from './complete-hook.ts';
import type { GitlabApi } from './gitlab-api.ts';
import type { Verdict } from './judge.ts';
import { createRemover, type Outcome } from './remove.ts';
import type { ReapEvent, Subject, Tell } from './report.ts';

export interface CarryOutOptions {
  gitlab: GitlabApi;
  autoscaling: AutoScalingApi;
  /** Tokens of the shared runners. */
  tokens: readonly string[];
  hookNames: HookNames;
  /** Makes no mutating call. */
  check: boolean;
  signal: AbortSignal;
}

/** A claim, and what is to become of it. */
export type Judged = { claim: Claim; verdict: Verdict };

/** Removes the runners and managers among what is gone, and tells of each; with `check` it only tells. */
export async function removeFromGitlab(
  { gitlab, tokens, check }: CarryOutOptions,
  gone: readonly Judged[],
  tell: Tell,
): Promise<void> {
  const remover = createRemover(gitlab, tokens);
  const bySystemId = new Map<string, (Judged & { claim: ManagerClaim })[]>();
  for (const { claim, verdict } of gone) {
    if (claim.what === 'runner') {
      tell(outcomeEvent(subjectOf(claim), verdict, check ? null : await remover.runner(claim.runner.id)));
    } else if (claim.what === 'manager') {
      const { systemId } = claim.manager;
      bySystemId.set(systemId, [...(bySystemId.get(systemId) ?? []), { claim, verdict }]);
    }
  }
  for (const [systemId, same] of bySystemId) {
    const runnerIds = same.map(({ claim }) => claim.runner.id);
    const outcomes = check ? null : await remover.managers(systemId, runnerIds);
    for (const { claim, verdict } of same) {
      tell(outcomeEvent(subjectOf(claim), verdict, outcomes?.get(claim.runner.id) ?? null));
    }
  }
}

/** Completes the lifecycle actions among what is gone, and tells of each; with `check` it only tells. */
export async function completeHooks(
  { autoscaling, hookNames, check, signal }: CarryOutOptions,
  gone: readonly Judged[],
  tell: Tell,
): Promise<void> {
  const hooks = createHookCompleter(autoscaling, hookNames, signal);
  for (const { claim, verdict } of gone) {
    if (claim.what !== 'hook') continue;
    try {
      const name = await hooks.nameOf(claim);
      const subject = subjectOf(claim, name);
      if (name !== null) {
        tell(outcomeEvent(subject, verdict, check ? null : await hooks.complete(claim, name)));
        continue;
      }
      const message = `which of the ${claim.transition} hooks of ${claim.groupName} is Drover’s is not said`;
      const key = claim.transition === 'launching' ? 'launchHook' : 'terminateHook';
      tell({ event: 'unknown', ...subject, message, mend: `name it in autoscaling.${key}` });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      tell(outcomeEvent(subjectOf(claim), verdict, { is: 'left', because: error.message }));
    }
  }
}

/** `outcome` null: nothing was tried, with --check. */
function outcomeEvent(subject: Subject, verdict: Verdict, outcome: Outcome | null): ReapEvent {
  return {
    event: subject.what,
    outcome: outcome?.is ?? 'would-remove',
    ...subject,
    message: outcome?.is === 'left' ? outcome.because : verdict.because,
  };
}

/** What a line of the report calls a claim. */
export function subjectOf(claim: Claim, hook: string | null = null): Subject {
  if (claim.what === 'hook') return { ...claim, hook };
  const { runner, instanceId } = claim;
  if (claim.what === 'manager') {
    return { what: 'manager', runnerId: runner.id, systemId: claim.manager.systemId, instanceId };
  }
  return {
    what: 'runner',
    runnerId: runner.id,
    description: runner.description,
    instanceId: claim.instanceId,
  };
}
