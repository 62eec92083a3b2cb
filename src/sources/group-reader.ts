import type { Activity, AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingApi } from '../aws/autoscaling.ts';
import { type HookNames, type OurHooks, readHooks } from '../aws/hooks.ts';
import { readInstance } from '../aws/instance.ts';
import type { Clock } from '../clock.ts';
import { AwsError } from '../errors.ts';
import type { GroupView } from '../lifecycle/events.ts';

/** Hooks change rarely; Describe calls share a quota with the whole account. */
const HOOKS_FRESH = 60_000;

export interface GroupReaderDeps {
  api: AutoScalingApi;
  clock: Clock;
  instanceId: string;
  hookNames: HookNames;
}

export interface GroupReader {
  /** The instance and its group now; null where the API knows no such instance. Throws AwsError where it is silent. */
  read(signal?: AbortSignal): Promise<GroupView | null>;
  /** Forgets the cached hooks: one of them turned out to be gone or renamed. */
  forgetHooks(): void;
}

/** Puts a GroupView together from the Describe calls of the Auto Scaling API. */
export function createGroupReader({ api, clock, instanceId, hookNames }: GroupReaderDeps): GroupReader {
  let cached: { groupName: string; hooks: OurHooks; at: number } | null = null;

  const hooksOf = async (groupName: string, signal?: AbortSignal): Promise<OurHooks> => {
    if (cached?.groupName === groupName && clock.now() - cached.at < HOOKS_FRESH) return cached.hooks;
    const hooks = await readHooks(api, groupName, hookNames, signal);
    cached = { groupName, hooks, at: clock.now() };
    return hooks;
  };

  return {
    forgetHooks() {
      cached = null;
    },
    async read(signal) {
      const instance = await readInstance(api, instanceId, signal);
      const groupName = instance?.AutoScalingGroupName;
      if (!instance || !groupName) return null;
      const [group, hooks] = await Promise.all([
        readGroup(api, groupName, signal),
        hooksOf(groupName, signal),
      ]);
      const view = compose(group, instance.LifecycleState ?? 'Unknown', instanceId, hooks);
      if (view.activeInstances >= view.desiredCapacity) return view;
      return { ...view, launchFailure: await readLaunchFailure(api, groupName, signal) };
    },
  };
}

async function readGroup(api: AutoScalingApi, name: string, signal?: AbortSignal): Promise<AutoScalingGroup> {
  const answer = await api.call(
    'DescribeAutoScalingGroups',
    (client, sdk, http) =>
      client.send(new sdk.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }), http),
    { attempts: 2, signal },
  );
  const group = answer.AutoScalingGroups?.find((candidate) => candidate.AutoScalingGroupName === name);
  if (!group)
    throw new AwsError(
      `the Auto Scaling group ${name} of this instance is not described: is it being deleted?`,
    );
  return group;
}

function compose(
  group: AutoScalingGroup,
  lifecycleState: string,
  instanceId: string,
  hooks: OurHooks,
): GroupView & { launchFailure: null } {
  const states = (group.Instances ?? []).map((one) => String(one.LifecycleState ?? ''));
  const pending = states.filter((state) => state.startsWith('Pending')).length;
  const suspended = new Set((group.SuspendedProcesses ?? []).map((process) => process.ProcessName));
  return {
    groupName: group.AutoScalingGroupName ?? '',
    lifecycleState,
    launchHook: hooks.launching,
    terminateHook: hooks.terminating,
    minSize: group.MinSize ?? 0,
    maxSize: group.MaxSize ?? 0,
    desiredCapacity: group.DesiredCapacity ?? 0,
    activeInstances:
      pending +
      states.filter((state) => /^(InService|ReplacingRootVolume|RootVolumeReplaced)/.test(state)).length,
    pendingInstances: pending,
    scaleInProtected:
      group.Instances?.find((one) => one.InstanceId === instanceId)?.ProtectedFromScaleIn ?? false,
    launchSuspended: suspended.has('Launch'),
    terminateSuspended: suspended.has('Terminate'),
    launchFailure: null,
  };
}

/** What the newest launch ended with, if it failed: only the activities tell a lack of capacity or quota. */
async function readLaunchFailure(
  api: AutoScalingApi,
  name: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const answer = await api.call(
    'DescribeScalingActivities',
    (client, sdk, http) =>
      client.send(
        new sdk.DescribeScalingActivitiesCommand({ AutoScalingGroupName: name, MaxRecords: 20 }),
        http,
      ),
    { attempts: 2, signal },
  );
  const launches = (answer.Activities ?? []).filter((activity) =>
    /^launching/i.test(activity.Description ?? ''),
  );
  const newest = launches.reduce<Activity | null>((a, b) => (a && startOf(a) >= startOf(b) ? a : b), null);
  if (newest?.StatusCode !== 'Failed') return null;
  return newest.StatusMessage || 'the launch failed without a message';
}

const startOf = (activity: Activity): number => activity.StartTime?.getTime() ?? 0;
