import { expect } from 'vitest';
import type { LogEntry } from '../../../src/sandbox/log.ts';
import * as steps from '../../scenarios/steps.ts';
import type { TestHost } from '../hosts/host.ts';
import type { HostWorld } from '../world.ts';

/** A limit for each step (ms), on a machine that does other things too. */
export const PATIENCE = 180_000;
/** A limit for a test (ms), with its wait for a turn. */
export const TEST_LIMIT = 600_000;

/** Our units, without their suffix. */
export type Service = 'init-runner' | 'monitor-jobs' | 'scale-up' | 'lifecycle-check' | 'unreg-runner';

/** Waits until `count` instances serve and monitor-jobs has taken over on each; gives their hosts. */
export async function serving(world: HostWorld, count = 1): Promise<TestHost[]> {
  const ids = new Set<string>();
  await world.seen(({ subject, state, instanceId = '' }) => {
    if (subject === 'instance' && state === 'InService') ids.add(instanceId);
    return ids.size === count;
  }, PATIENCE);
  const hosts = [...ids].map((id) => world.hosts.of(id)).filter(({ pid }) => pid !== null);
  await Promise.all(
    hosts.map((host) =>
      host.waitFor('systemctl is-active --quiet monitor-jobs && systemctl is-active --quiet lifecycle-check'),
    ),
  );
  await Promise.all(hosts.map((host) => world.recordIn(host.name, 'inService')));
  return hosts;
}

/** One host that serves. */
export async function oneServing(world: HostWorld): Promise<TestHost> {
  const [host] = await serving(world);
  if (host === undefined) throw new Error('no host serves');
  return host;
}

/** Queues a job; resolves with its id when it runs. */
export const runningJob = (world: HostWorld, script: string) => steps.runningJob(world, script, PATIENCE);

/** Plays one job to its end: the instances serve. */
export const serves = (world: HostWorld) => steps.serves(world, PATIENCE);

/** Section `status` of a host's configuration, for {@link showsPage}. */
export const withPage = { status: { listen: '127.0.0.1:9180' } };

/**
 * Waits until a host serves its status page, as whoever is logged in there sees it: the instance in this state, ready,
 * with its metrics and all that the page loads.
 */
export async function showsPage(host: TestHost, state: string): Promise<void> {
  const looks = [
    'get() { curl -sSf --max-time 5 "http://127.0.0.1:9180$1"; }',
    `get /api/instances | grep -q '"id":"${host.name}","state":"${state}[".]'`,
    'get /healthz | grep -qx ok',
    'get /readyz | grep -qx ok',
    `get /metrics | grep -q '^drover_state{instance_id="${host.name}",state="${state}[^"]*"} 1$'`,
    "get / | grep -q '<title>Drover</title>'",
    'get /page.js | grep -q EventSource',
    'get /page.css | grep -q prefers-color-scheme',
    `curl -sN --max-time 2 http://127.0.0.1:9180/events | grep -q '^event: hello'`,
    `test "$(curl -s -o /dev/null -w '%{http_code}' -H 'Host: evil.example' http://127.0.0.1:9180/)" = 421`,
  ];
  await host.waitFor(`set -e; ${looks.join('\n')}`, PATIENCE);
}

/** Kills a unit's main process when it has one. */
export const kill9 = (host: TestHost, service: Service): Promise<unknown> =>
  host.exec(['systemctl', 'kill', '--signal=KILL', '--kill-who=main', `${service}.service`], {
    mayFail: true,
  });

/** How often systemd has started a unit again. */
export const restarts = async (host: TestHost, service: Service): Promise<number> =>
  Number(await host.unit(`${service}.service`, 'NRestarts'));

/** The hooks that were completed for an instance, in order, as `launch CONTINUE`. */
export const completed = ({ entries }: HostWorld, instanceId: string): string[] =>
  entries({ subject: 'hook', state: 'completed', instanceId }).map(({ hook, result }) => `${hook} ${result}`);

/** Waits until an instance is gone, and checks that each hook was answered once and nothing is left in GitLab. */
export async function gone(world: HostWorld, instanceId: string): Promise<LogEntry> {
  const ended = await world.seen({ subject: 'instance', state: 'Terminated', instanceId }, PATIENCE);
  expect(completed(world, instanceId)).toEqual(['launch CONTINUE', 'terminate CONTINUE']);
  return ended;
}

/** How many runner managers GitLab knows. */
export const managers = ({ sandbox }: HostWorld): number =>
  sandbox.gitlab.runners.reduce((sum, runner) => sum + runner.managers.size, 0);
