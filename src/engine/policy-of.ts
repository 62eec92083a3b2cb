import type { Config } from '../config.ts';
import type { LifecyclePolicy } from '../lifecycle/policy.ts';

/** The chart's numbers out of the configuration. */
export function policyOf({ lifecycle }: Config): LifecyclePolicy {
  const { initTimeout: _, scaleUpTimeout: __, unregisterTimeout: ___, ...policy } = lifecycle;
  return policy;
}
