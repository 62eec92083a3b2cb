import type { LifecycleHook } from '@aws-sdk/client-auto-scaling';
import { selectHook } from '../../aws/hooks.ts';
import type { Config } from '../../config.ts';
import type { HookTransition, HookView } from '../../lifecycle/events.ts';
import type { Check } from '../examination.ts';
import { advice, danger, type Finding, ok } from '../finding.ts';

/** Heartbeats come at a third of the timeout: below this, two that are late lose the hook (ms). */
const SHORT = 60_000;
/** An instance whose agent has died waits this long for nobody (ms). */
const LONG = 3_600_000;
/** AWS: no action waits longer than 100 heartbeats or 48 hours; Drover forces a drain at nine tenths of that. */
const MOST_HEARTBEATS = 100;
const MOST_HOURS = 48;

const MADE_FOR: Record<HookTransition, string> = {
  launching: 'EC2_INSTANCE_LAUNCHING',
  terminating: 'EC2_INSTANCE_TERMINATING',
};

/** Both transitions have a hook that is ours, with a timeout and a default that suit. */
export const lifecycleHooks: Check = {
  name: 'lifecycle hooks',
  async run({ config, hooks, group }): Promise<Finding[]> {
    if ((await group()) === null) return [ok('not needed: the instance is in no group')];
    const all = await hooks();
    return [
      ...judge('launching', config.autoscaling.launchHook, all, config),
      ...judge('terminating', config.autoscaling.terminateHook, all, config),
    ];
  },
};

function judge(
  transition: HookTransition,
  name: string | undefined,
  all: readonly LifecycleHook[],
  { lifecycle }: Config,
): Finding[] {
  const hook = selectHook(all, transition, name);
  const there = all.filter(({ LifecycleTransition }) => LifecycleTransition?.endsWith(MADE_FOR[transition]));
  const key = transition === 'launching' ? 'autoscaling.launchHook' : 'autoscaling.terminateHook';
  if (hook === null && name !== undefined) {
    const names = there.map(({ LifecycleHookName }) => LifecycleHookName).join(', ') || 'none';
    return [danger(`${key} names ${name}, which the group does not have (it has: ${names})`, `mend ${key}`)];
  }
  if (hook === null && there.length > 1) {
    const text = `the group has ${there.length} hooks on ${transition}, and which is ours is not said: none is answered`;
    return [danger(text, `set ${key}`)];
  }
  if (hook === null) return [without(transition, lifecycle.protection)];
  const found = [...timeouts(transition, hook, lifecycle.drainLimit)];
  if (transition === 'launching' && hook.defaultResult !== 'ABANDON') {
    const text = `the launch hook ${hook.name} lets an instance whose init hangs into service (default ${hook.defaultResult})`;
    found.push(advice(text, 'set its default result to ABANDON'));
  }
  return found.length > 0
    ? found
    : [ok(`${transition}: ${hook.name}, ${hook.heartbeatTimeout / 1_000} s, default ${hook.defaultResult}`)];
}

function without(transition: HookTransition, protection: 'auto' | 'off'): Finding {
  const mend = `add a hook on ${MADE_FOR[transition]} (put-lifecycle-hook, default ABANDON)`;
  if (transition === 'launching') {
    const text =
      'there is no launch hook: the group counts an instance as in service while its runner is still made';
    return advice(text, mend);
  }
  return protection === 'off'
    ? danger(
        'there is no terminate hook and protection is off: a scale-in ends running jobs',
        `${mend}, or lifecycle.protection: auto`,
      )
    : advice(
        'there is no terminate hook: protection keeps scale-in off, but nothing holds back an operator',
        mend,
      );
}

function* timeouts(transition: HookTransition, hook: HookView, drainLimit: number): Generator<Finding> {
  const { name, heartbeatTimeout } = hook;
  const seconds = heartbeatTimeout / 1_000;
  if (heartbeatTimeout < SHORT) {
    const text = `the hook ${name} times out after ${seconds} s: two heartbeats that are late lose it`;
    yield advice(text, `a heartbeat timeout between ${SHORT / 1_000} and ${LONG / 1_000} s`);
  }
  if (heartbeatTimeout > LONG) {
    const text = `the hook ${name} waits ${seconds} s: that long for an instance whose agent has died`;
    yield advice(text, `a heartbeat timeout between ${SHORT / 1_000} and ${LONG / 1_000} s`);
  }
  const longest = 0.9 * Math.min(MOST_HOURS * 3_600_000, MOST_HEARTBEATS * heartbeatTimeout);
  if (transition === 'terminating' && longest < drainLimit) {
    const text = `AWS lets ${name} wait no longer than ${MOST_HEARTBEATS} timeouts: a drain is forced after ${Math.round(longest / 1_000)} s, before lifecycle.drainLimit`;
    yield danger(
      text,
      `a heartbeat timeout of at least ${Math.ceil(drainLimit / 0.9 / MOST_HEARTBEATS / 1_000)} s, or a lower drainLimit`,
    );
  }
}
