import type { AutoScalingApi } from '../aws/autoscaling.ts';
import type { Ec2Api } from '../aws/ec2.ts';
import type { HookNames } from '../aws/hooks.ts';
import type { Clock } from '../clock.ts';
import type { RunnerConfig } from '../config.ts';
import { AwsError } from '../errors.ts';
import { askEc2 } from './ask-ec2.ts';
import { type Claim, claimHooks, claimRunners, type ManagerClaim } from './claims.ts';
import { createHookCompleter } from './complete-hook.ts';
import type { GitlabApi } from './gitlab-api.ts';
import { judgeClaim, judgeInstance, type Verdict } from './judge.ts';
import { listInstances } from './list-instances.ts';
import { listRunners } from './list-runners.ts';
import { createRemover, type Outcome } from './remove.ts';
import { createTally, type ReapEvent, type ReapSummary, type Subject } from './report.ts';

export interface ReapOptions {
  autoscaling: AutoScalingApi;
  ec2: Ec2Api;
  gitlab: GitlabApi;
  clock: Clock;
  signal: AbortSignal;
  /** The entries under `runners`. */
  entries: readonly RunnerConfig[];
  /** Tokens of the shared runners. */
  tokens: readonly string[];
  /** The groups that are ours: only of these are hooks completed. */
  groups: readonly string[];
  hookNames: HookNames;
  /** Makes no mutating call. */
  check: boolean;
  tell(event: ReapEvent): void;
}

type Tell = (event: ReapEvent) => void;
type Judged = { claim: Claim; verdict: Verdict };

/**
 * Looks for what instances left behind that EC2 says are gone: runners and runner managers in GitLab, and lifecycle
 * actions of our hooks; and removes it. Safe at any time, also beside other reaps and agents, since what is gone
 * stays gone and every removal may be repeated. Throws AwsError and GitLabError where it cannot even look.
 */
export async function reap(options: ReapOptions): Promise<ReapSummary> {
  const { summary, count } = createTally(options.check);
  const tell: Tell = (event) => {
    count(event);
    options.tell(event);
  };
  const judged = await look(options, tell);
  for (const { claim, verdict } of judged) {
    if (verdict.is === 'lives') summary.living += 1;
    if (verdict.is === 'gone' || verdict.is === 'lives') continue;
    const subject = subjectOf(claim);
    const { because: message } = verdict;
    if (verdict.is === 'unknown') tell({ event: 'unknown', ...subject, message, mend: verdict.mend });
    else tell({ event: subject.what, outcome: 'left', ...subject, message });
  }
  const gone = judged.filter(({ verdict }) => verdict.is === 'gone');
  await removeFromGitlab(options, gone, tell);
  await completeHooks(options, gone, tell);
  return summary;
}

async function look(options: ReapOptions, tell: Tell): Promise<Judged[]> {
  const { autoscaling, ec2, gitlab, entries, groups, clock, signal } = options;
  const known = await listInstances(autoscaling, groups, signal);
  const runners = await listRunners(gitlab, entries);
  tell({
    event: 'looked',
    runners: runners.length,
    managers: runners.reduce((sum, { managers }) => sum + (managers?.length ?? 0), 0),
    unreadable: runners.filter(({ managers }) => managers === null).length,
    instances: known.size,
  });
  if (groups.length === 0) {
    const message =
      'no lifecycle hook is looked at: this host is in no group; name those that are yours with --group';
    tell({ event: 'note', message });
  }
  const claims: Claim[] = [...claimRunners(runners, entries, known), ...claimHooks(known, groups)];
  const ids = new Set(claims.flatMap(({ instanceId }) => instanceId ?? []));
  const answers = await askEc2(ec2, [...ids], signal);
  return claims.map((claim) => {
    const id = claim.instanceId ?? '';
    const instance = judgeInstance(id, known.get(id), answers.get(id), clock.wall());
    return { claim, verdict: judgeClaim(claim, known.get(id), instance) };
  });
}

async function removeFromGitlab(
  { gitlab, tokens, check }: ReapOptions,
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

async function completeHooks(
  { autoscaling, hookNames, check, signal }: ReapOptions,
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

function subjectOf(claim: Claim, hook: string | null = null): Subject {
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
