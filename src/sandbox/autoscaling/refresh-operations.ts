import type { XmlValue } from '../xml.ts';
import { describeRefresh } from './describe.ts';
import type { ScalingGroup } from './group.ts';
import { AwsFault } from './model.ts';

type Params = URLSearchParams;

/** One of the words that a preference may have; the first is the default. */
function preference<T extends string>(params: Params, name: string, words: readonly [T, ...T[]]): T {
  const given = params.get(`Preferences.${name}`);
  const word = given === null ? words[0] : words.find((one) => one === given);
  if (word !== undefined) return word;
  throw new AwsFault('ValidationError', `${given} is not a valid value for ${name}`);
}

/** StartInstanceRefresh: of its preferences, those about protected and standby instances. */
export function startRefresh(group: ScalingGroup, params: Params): XmlValue {
  const id = group.refreshes.start({
    scaleInProtected: preference(params, 'ScaleInProtectedInstances', ['Wait', 'Refresh', 'Ignore']),
    standby: preference(params, 'StandbyInstances', ['Wait', 'Terminate', 'Ignore']),
  });
  group.reconcile();
  return { InstanceRefreshId: id };
}

export const cancelRefresh = (group: ScalingGroup): XmlValue => ({
  InstanceRefreshId: group.refreshes.cancel(),
});

export const describeRefreshes = (group: ScalingGroup): XmlValue => ({
  InstanceRefreshes: group.refreshes.all.map((refresh) => describeRefresh(group, refresh)),
});
