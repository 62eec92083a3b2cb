import type { AutoScalingApi } from '../aws/autoscaling.ts';
import { AwsError } from '../errors.ts';
import { instanceIdsIn } from './identity.ts';

/** What Auto Scaling remembers of one instance of this account and region. */
export interface KnownInstance {
  id: string;
  groupName: string;
  /** Null: it is in no group now. */
  lifecycleState: string | null;
  /** When a scaling activity named it first, in ms since the epoch; null: none did. */
  firstSeen: number | null;
  /** When the activity ended that terminated it; null: none did. */
  terminatedAt: number | null;
}

/** A guard against an account with more activities than can be read in reasonable time. */
const MOST_PAGES = 300;

/**
 * The instances that the groups hold, and those that their scaling activities of the last six weeks name, also of
 * groups that have been deleted. Without `groups`, activities of every group of the region are read. Throws AwsError.
 */
export async function listInstances(
  api: AutoScalingApi,
  groups: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, KnownInstance>> {
  const known = new Map<string, KnownInstance>();
  for (const groupName of groups.length === 0 ? [undefined] : groups) {
    await addActivities(api, groupName, known, signal);
  }
  await addMembers(api, known, signal);
  return known;
}

async function addActivities(
  api: AutoScalingApi,
  groupName: string | undefined,
  known: Map<string, KnownInstance>,
  signal: AbortSignal,
): Promise<void> {
  const scope = groupName === undefined ? {} : { AutoScalingGroupName: groupName };
  await everyPage('DescribeScalingActivities', async (NextToken) => {
    const answer = await api.call(
      'DescribeScalingActivities',
      (client, sdk, http) =>
        client.send(
          new sdk.DescribeScalingActivitiesCommand({ ...scope, IncludeDeletedGroups: true, NextToken }),
          http,
        ),
      { signal },
    );
    for (const activity of answer.Activities ?? []) {
      const began = activity.StartTime?.getTime();
      const ended = activity.EndTime?.getTime();
      for (const id of instanceIdsIn(activity.Description ?? '')) {
        const one = known.get(id) ?? blank(id, activity.AutoScalingGroupName ?? groupName ?? '');
        known.set(id, one);
        if (began !== undefined) one.firstSeen = Math.min(one.firstSeen ?? began, began);
        if (ended === undefined || !/^terminating/i.test(activity.Description ?? '')) continue;
        if (activity.StatusCode === 'Successful')
          one.terminatedAt = Math.max(one.terminatedAt ?? ended, ended);
      }
    }
    return answer.NextToken;
  });
}

async function addMembers(
  api: AutoScalingApi,
  known: Map<string, KnownInstance>,
  signal: AbortSignal,
): Promise<void> {
  await everyPage('DescribeAutoScalingInstances', async (NextToken) => {
    const answer = await api.call(
      'DescribeAutoScalingInstances',
      (client, sdk, http) => client.send(new sdk.DescribeAutoScalingInstancesCommand({ NextToken }), http),
      { signal },
    );
    for (const { InstanceId, AutoScalingGroupName = '', LifecycleState } of answer.AutoScalingInstances ??
      []) {
      if (InstanceId === undefined) continue;
      const one = known.get(InstanceId) ?? blank(InstanceId, AutoScalingGroupName);
      known.set(InstanceId, {
        ...one,
        groupName: AutoScalingGroupName,
        lifecycleState: LifecycleState ?? 'Unknown',
      });
    }
    return answer.NextToken;
  });
}

const blank = (id: string, groupName: string): KnownInstance => ({
  id,
  groupName,
  lifecycleState: null,
  firstSeen: null,
  terminatedAt: null,
});

async function everyPage(
  operation: string,
  read: (token: string | undefined) => Promise<string | undefined>,
): Promise<void> {
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    token = await read(token);
    if (token === undefined) return;
  }
  throw new AwsError(`${operation} has more than ${MOST_PAGES} pages: name the groups with --group`);
}
