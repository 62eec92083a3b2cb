import type { Ec2Api } from '../aws/ec2.ts';
import type { Clock } from '../clock.ts';
import type { RunnerConfig } from '../config.ts';
import { GitLabError } from '../errors.ts';
import { askEc2 } from './ask-ec2.ts';
import {
  type CarryOutOptions,
  completeHooks,
  type Judged,
  removeFromGitlab,
  subjectOf,
} from './carry-out.ts';
import { type Claim, claimHooks, claimRunners } from './claims.ts';
import { judgeClaim, judgeInstance } from './judge.ts';
import { listInstances } from './list-instances.ts';
import { listRunners, type SeenRunner } from './list-runners.ts';
import { createTally, type ReapSummary, type Tell } from './report.ts';

export interface ReapOptions extends CarryOutOptions {
  ec2: Ec2Api;
  clock: Clock;
  /** The entries under `runners`. */
  entries: readonly RunnerConfig[];
  /** The groups that are ours: only of these are hooks completed. */
  groups: readonly string[];
  tell: Tell;
}

/**
 * Looks for what instances left behind that EC2 says are gone: runners and runner managers in GitLab, and lifecycle
 * actions of our hooks; and removes it. Safe at any time, also beside other reaps and agents, since what is gone
 * stays gone and every removal may be repeated. Throws AwsError where Auto Scaling does not tell which instances
 * there were.
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
  // What can be removed from GitLab does not wait for hooks, nor hooks for GitLab.
  const gone = judged.filter(({ verdict }) => verdict.is === 'gone');
  await removeFromGitlab(options, gone, tell);
  await completeHooks(options, gone, tell);
  return summary;
}

async function look(options: ReapOptions, tell: Tell): Promise<Judged[]> {
  const { autoscaling, ec2, gitlab, entries, groups, clock, signal } = options;
  const known = await listInstances(autoscaling, groups, signal);
  const runners = await listRunners(gitlab, entries).catch((error: unknown): SeenRunner[] => {
    if (!(error instanceof GitLabError)) throw error;
    tell({ event: 'problem', message: error.message });
    return [];
  });
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
